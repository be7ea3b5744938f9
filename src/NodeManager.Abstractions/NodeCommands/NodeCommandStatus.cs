namespace NodeManager;

/// <summary>How a command on a node ended. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeCommandStatus
{
    /// <summary>It ended with exit code 0.</summary>
    public const string Succeeded = "Succeeded";

    /// <summary>It ended with another exit code.</summary>
    public const string Failed = "Failed";

    /// <summary>The kubelet ended it after its timeout.</summary>
    public const string TimedOut = "TimedOut";

    /// <summary>The caller cancelled it, and its pod was deleted.</summary>
    public const string Cancelled = "Cancelled";

    /// <summary>It did not run: the kubelet rejected its pod, or its container did not start.</summary>
    public const string NotStarted = "NotStarted";

    /// <summary>It may have run, and its end is not known: its pod was deleted, or its node restarted or does not report.</summary>
    public const string Unknown = "Unknown";
}

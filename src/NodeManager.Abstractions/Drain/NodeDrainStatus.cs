namespace NodeManager;

/// <summary>How a drain ended. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeDrainStatus
{
    /// <summary>All pods that had to go are gone.</summary>
    public const string Drained = "Drained";

    /// <summary>
    /// Refused before anything was evicted: pods that the options do not cover, or a permission that is missing. With <c>-Once</c> also
    /// where a PDB refused.
    /// </summary>
    public const string Blocked = "Blocked";

    /// <summary>The time was up; the node stays cordoned.</summary>
    public const string TimedOut = "TimedOut";

    /// <summary>Interrupted; the node stays cordoned.</summary>
    public const string Cancelled = "Cancelled";

    /// <summary>An error; the node stays as it is.</summary>
    public const string Failed = "Failed";
}

namespace NodeManager;

/// <summary>Whether a pod of a plan fits on another node. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeDrainPodFit
{
    /// <summary>It does.</summary>
    public const string Yes = nameof(Yes);

    /// <summary>It fits on no other node.</summary>
    public const string No = nameof(No);

    /// <summary>Not tried, or it depends on what is not known yet.</summary>
    public const string Unknown = nameof(Unknown);
}

namespace NodeManager;

/// <summary>Why a drain was cancelled. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodeDrainCancelReason
{
    /// <summary>Its caller stopped it, or its session ended.</summary>
    public const string Interrupted = "Interrupted";

    /// <summary>The node was uncordoned while it was drained.</summary>
    public const string Uncordoned = "Uncordoned";

    /// <summary>Another client cancelled it by the lock on the node.</summary>
    public const string Requested = "Requested";

    /// <summary>Another process took over the node.</summary>
    public const string LockLost = "LockLost";
}

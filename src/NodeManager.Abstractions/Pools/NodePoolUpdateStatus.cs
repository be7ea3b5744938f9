namespace NodeManager;

/// <summary>How far the update of a pool is. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodePoolUpdateStatus
{
    /// <summary>A process works on it: its lease is held and renewed.</summary>
    public const string Running = nameof(Running);

    /// <summary>A process holds it and begins nothing until it is resumed.</summary>
    public const string Paused = nameof(Paused);

    /// <summary>The process that worked on it has ended. Resume-NodePoolUpdate continues it on any machine.</summary>
    public const string Interrupted = nameof(Interrupted);

    /// <summary>Every outdated node was replaced.</summary>
    public const string Completed = nameof(Completed);

    /// <summary>It came to its end, and nodes that could not be drained are left. Resume-NodePoolUpdate tries them again.</summary>
    public const string Incomplete = nameof(Incomplete);

    /// <summary>New nodes were not healthy, or a user wanted it: the former nodes are back.</summary>
    public const string RolledBack = nameof(RolledBack);

    /// <summary>A user ended it before its time; what was replaced stays so.</summary>
    public const string Stopped = nameof(Stopped);
}

/// <summary>How far an update is with a node. Strings instead of an enum: see <see cref="NodeStatus"/>.</summary>
public static class NodePoolUpdateNodeStatus
{
    /// <summary>Its turn is to come.</summary>
    public const string Pending = nameof(Pending);

    /// <summary>Its pods are evicted.</summary>
    public const string Draining = nameof(Draining);

    /// <summary>Its pods are gone; its machine is still there.</summary>
    public const string Drained = nameof(Drained);

    /// <summary>Its claim was deleted; the autoscaler destroys the machine.</summary>
    public const string Removing = nameof(Removing);

    /// <summary>Node and machine are gone.</summary>
    public const string Removed = nameof(Removed);

    /// <summary>It could not be drained and keeps its pods; it stays cordoned, and is tried again later.</summary>
    public const string Skipped = nameof(Skipped);

    /// <summary>It stays, in service: the update was rolled back or stopped before its turn.</summary>
    public const string Kept = nameof(Kept);
}

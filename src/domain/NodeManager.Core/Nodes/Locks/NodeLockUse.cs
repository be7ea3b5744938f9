namespace NodeManager.Core.Nodes.Locks;

/// <summary>How an operation uses the locks of its nodes.</summary>
public sealed record NodeLockUse
{
    /// <summary>The lifetime of a lock without a renewal. Renewed at two fifths of it, so once a minute.</summary>
    public static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(150);

    public string Kind { get; init; } = NodeLockKind.Drain;

    public string Operation { get; init; } = Guid.NewGuid().ToString("n");

    /// <summary>True: wait for the operation that holds a node, up to this operation's timeout. False: skip the node.</summary>
    public bool Waits { get; init; } = true;

    public TimeSpan Duration { get; init; } = DefaultDuration;

    /// <summary>
    /// For one release: the lock of a run of an earlier version, which has no annotation; null without one. Called while no lock is on the
    /// node.
    /// </summary>
    public Func<Node, CancellationToken, Task<NodeLock?>> Former { get; init; } = static (_, _) => Task.FromResult<NodeLock?>(null);

    /// <summary>Called with the name of a node that is locked and, for a drain, cordoned.</summary>
    public Action<string> Taken { get; init; } = static _ => { };

    /// <summary>The lock that the caller holds on a node (by UID), under which the operation works; null for none.</summary>
    public Func<string, NodeLockHold?> Held { get; init; } = static _ => null;
}

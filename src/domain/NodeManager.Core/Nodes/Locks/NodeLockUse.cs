using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Nodes.Locks;

/// <summary>How an operation uses the locks of its nodes.</summary>
public sealed record NodeLockUse
{
    /// <summary>How long a lock lives without a renewal. Renewed at two fifths of it, so once a minute.</summary>
    public static readonly TimeSpan DefaultDuration = TimeSpan.FromSeconds(150);

    /// <summary>See <see cref="NodeLockKind"/>.</summary>
    public string Kind { get; init; } = NodeLockKind.Drain;

    /// <summary>Id of the operation.</summary>
    public string Operation { get; init; } = Guid.NewGuid().ToString("n");

    /// <summary>Wait for the operation that has a node, as long as this one may take; else such a node is left alone.</summary>
    public bool Waits { get; init; } = true;

    public TimeSpan Duration { get; init; } = DefaultDuration;

    /// <summary>
    /// For one release: the lock that a run of a former version has without the annotation; null where there is none. It is asked for while no lock is on the node.
    /// </summary>
    public Func<Node, CancellationToken, Task<NodeLock?>> Former { get; init; } = static (_, _) => Task.FromResult<NodeLock?>(null);

    /// <summary>The lock that the caller has on a node (by its UID); the operation then works under it. Null for none.</summary>
    public Func<string, NodeLockHold?> Held { get; init; } = static _ => null;
}

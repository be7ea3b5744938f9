using NodeManager.Core.Nodes;

namespace NodeManager.Server.Operations;

/// <summary>Operations of other processes: stored ones, and those that hold locks of nodes.</summary>
internal interface IRemoteOperations
{
    /// <summary>A stored operation, which this process follows from now on; null if there is none.</summary>
    Task<TrackedOperation?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>The locks of an operation. One that is not live is of a process that has ended.</summary>
    Task<IReadOnlyList<(string Node, NodeLock Lock, bool IsLive)>> LocksAsync(string id, CancellationToken cancellationToken);

    /// <summary>Cancels an operation of another process, which holds locks of nodes.</summary>
    /// <returns>Its nodes; empty if it holds no lock.</returns>
    Task<IReadOnlyList<(string Node, NodeLock Lock)>> CancelAsync(string id, string by, CancellationToken cancellationToken);
}

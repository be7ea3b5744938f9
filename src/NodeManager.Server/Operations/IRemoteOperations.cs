using NodeManager.Core.Nodes;

namespace NodeManager.Server.Operations;

/// <summary>Operations of other processes, from the locks of their nodes.</summary>
internal interface IRemoteOperations
{
    /// <summary>Cancels an operation of another process, which holds locks of nodes.</summary>
    /// <returns>Its nodes; empty if it holds no lock.</returns>
    Task<IReadOnlyList<(string Node, NodeLock Lock)>> CancelAsync(string id, string by, CancellationToken cancellationToken);
}

using NodeManager.Core.Nodes;

namespace NodeManager.Server.Operations;

/// <summary>Operations of other processes, as the locks of their nodes name them.</summary>
internal interface IRemoteOperations
{
    /// <summary>Cancels an operation of another process, which has locked nodes of this cluster.</summary>
    /// <param name="id">Of the operation.</param>
    /// <param name="by">The user who cancels it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The nodes that it works on; empty where no node has a lock of it.</returns>
    Task<IReadOnlyList<(string Node, NodeLock Lock)>> CancelAsync(string id, string by, CancellationToken cancellationToken);
}

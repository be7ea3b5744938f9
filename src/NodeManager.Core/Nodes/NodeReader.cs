using NodeManager.Core.Operations;

namespace NodeManager.Core.Nodes;

/// <summary>Reads nodes, and what runs on them.</summary>
public static class NodeReader
{
    /// <summary>Nodes as they arrive. With usage, pods and metrics are fetched once, side by side with the nodes.</summary>
    /// <param name="session">Where.</param>
    /// <param name="query">Which.</param>
    /// <param name="missing">Told of every plain name without a node (NodeNotFound); the others still come.</param>
    /// <param name="observer">Told once when metrics are absent.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static IAsyncEnumerable<ClusterNode> ReadAsync(
        NodeManagerSession session, NodeQuery query, Action<NodeManagerException> missing, IOperationObserver observer, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

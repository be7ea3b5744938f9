namespace NodeManager.Core.Nodes;

public static class NodeWatcher
{
    /// <summary>What happens to nodes, until cancelled.</summary>
    /// <param name="session">Where.</param>
    /// <param name="query">Which nodes; usage is ignored.</param>
    /// <param name="includeExisting">Tell those that are there at the start as Added.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static IAsyncEnumerable<NodeChange> WatchAsync(
        NodeManagerSession session, NodeQuery query, bool includeExisting, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

namespace NodeManager.Core.Nodes;

/// <summary>Reads the pods of nodes.</summary>
public static class NodePodReader
{
    /// <summary>Pods bound to the node of this name.</summary>
    /// <param name="session">Where.</param>
    /// <param name="nodeName">Null: all nodes' pods (pending ones without a node are left out).</param>
    /// <param name="ns">Null: all namespaces.</param>
    /// <param name="selector">A label selector, or null.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static IAsyncEnumerable<NodePod> ReadAsync(
        NodeManagerSession session, string? nodeName, string? ns, string? selector, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

using NodeManager.Core.Operations;

namespace NodeManager.Core.Drain;

public static class NodeDrainer
{
    /// <summary>
    /// Cordons all nodes, then drains them side by side; a result a node, as it ends. Cancelled, it stops asking, leaves the nodes cordoned
    /// and still yields a result (Cancelled) for each node within two seconds.
    /// </summary>
    public static IAsyncEnumerable<NodeDrainResult> DrainAsync(
        NodeManagerSession session, IReadOnlyList<string> nodeNames, DrainOptions options, IOperationObserver observer, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

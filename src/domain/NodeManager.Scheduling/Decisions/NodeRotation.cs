namespace NodeManager.Scheduling.Decisions;

/// <summary>
/// The nodes that a scheduler examines for a pod: zone by zone in turn, until enough of them fit, starting where the previous pod ended.
/// All nodes in a cluster of fewer than 100. Not thread-safe. Source: kube-scheduler without <c>percentageOfNodesToScore</c>
/// (numFeasibleNodesToFind, nodeTree).
/// </summary>
public sealed class NodeRotation
{
    private const int Least = 100,
        LeastPercent = 5,
        MostPercent = 50,
        NodesOfPercent = 125;

    private IReadOnlyList<NodeState> _nodes = [];
    private int _next;

    /// <summary>The number of feasible nodes that suffices.</summary>
    public static int Enough(int nodes) =>
        nodes < Least ? nodes : Math.Max(Least, nodes * Math.Max(LeastPercent, MostPercent - (nodes / NodesOfPercent)) / 100);

    /// <summary>All nodes in this pod's order. The next pod starts with those that were not examined.</summary>
    internal IEnumerable<NodeState> Turn(ClusterSnapshot snapshot)
    {
        IReadOnlyList<NodeState> nodes = snapshot.NodesByZone;
        if (!ReferenceEquals(nodes, _nodes))
            (_nodes, _next) = (nodes, nodes.Count == 0 ? 0 : _next % nodes.Count);
        for (int looked = 0; looked < nodes.Count; looked++)
        {
            NodeState node = nodes[_next];
            _next = (_next + 1) % nodes.Count;
            yield return node;
        }
    }
}

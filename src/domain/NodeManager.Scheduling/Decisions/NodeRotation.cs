namespace NodeManager.Scheduling.Decisions;

/// <summary>
/// Which nodes a scheduler looks at for one pod: zone by zone in turn, until enough of them fit, and for the next pod from where it ended. Of fewer than
/// 100 nodes all. Not thread-safe.
/// Source: kube-scheduler without <c>percentageOfNodesToScore</c> (numFeasibleNodesToFind, nodeTree).
/// </summary>
public sealed class NodeRotation
{
    private const int Least = 100,
        LeastPercent = 5,
        MostPercent = 50,
        NodesOfPercent = 125;

    private IReadOnlyList<NodeState> _nodes = [];
    private int _next;

    /// <summary>How many nodes that fit are enough.</summary>
    /// <param name="nodes">Of the cluster.</param>
    public static int Enough(int nodes) =>
        nodes < Least ? nodes : Math.Max(Least, nodes * Math.Max(LeastPercent, MostPercent - (nodes / NodesOfPercent)) / 100);

    /// <summary>All nodes in the order in which this pod's turn has them. Those that are not looked at come first for the next pod.</summary>
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

namespace NodeManager.Scheduling.Filters;

/// <summary>
/// Topology spread constraints with DoNotSchedule. Source: "Pod Topology Spread Constraints" of the Kubernetes documentation.
/// </summary>
internal sealed class PodTopologySpread : INodeFilter
{
    private const string Mismatch = "node(s) didn't match pod topology spread constraints";
    private readonly List<Spread> _spreads;

    /// <param name="snapshot">Without the pod.</param>
    /// <param name="profile">Its default constraints.</param>
    /// <param name="counted">The grouped pods of the snapshot; null: they are compared one by one.</param>
    public PodTopologySpread(Pod pod, ClusterSnapshot snapshot, SchedulingProfile profile, IReadOnlyCollection<CountedPods>? counted = null)
    {
        _spreads = SpreadConstraint.Of(pod, snapshot, profile, "DoNotSchedule").ConvertAll(constraint => new Spread(constraint));
        if (_spreads.Count == 0)
            return;
        foreach (NodeState node in snapshot.Nodes.Where(HasAllKeys))
        foreach (Spread spread in _spreads)
            spread.Add(node, counted is null);
        foreach (CountedPods group in counted ?? [])
        {
            if (!Counts(group.Example))
                continue;
            foreach (PodState other in group.Placed)
                if (snapshot.Node(other.NodeName) is { } node)
                    Count(other, node, 1);
        }
    }

    public bool Counts(PodState other) => _spreads.Exists(spread => spread.Counts(other));

    /// <summary>Updates the counts for a pod that was added to a node (1) or removed (-1).</summary>
    public void Count(PodState other, NodeState node, int change)
    {
        if (_spreads.Count == 0 || !HasAllKeys(node))
            return;
        foreach (Spread spread in _spreads)
            spread.Count(other, node, change);
    }

    public FitResult Evaluate(NodeState node)
    {
        foreach (Spread spread in _spreads)
        {
            if (node.Label(spread.TopologyKey) is not { } domain)
                return FitResult.Never($"{Mismatch} (missing required label)");
            if (spread.SkewWith(domain) > spread.MaxSkew)
                return FitResult.NotNow(Mismatch);
        }
        return FitResult.Fits;
    }

    private bool HasAllKeys(NodeState node) => _spreads.TrueForAll(spread => node.Label(spread.TopologyKey) is not null);

    private sealed class Spread(SpreadConstraint constraint)
    {
        private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
        private readonly int _self = constraint.MatchesItself ? 1 : 0;
        private int? _minimum;

        public string TopologyKey => constraint.TopologyKey;

        public int MaxSkew => constraint.MaxSkew;

        // With too few domains the minimum is 0, as if an empty one existed.
        private int Minimum => _minimum ??= _counts.Count == 0 || _counts.Count < constraint.MinDomains ? 0 : _counts.Values.Min();

        public int SkewWith(string domain) => _counts.GetValueOrDefault(domain) + _self - Minimum;

        public void Add(NodeState node, bool countsPods)
        {
            if (!constraint.Includes(node.Node))
                return;
            string domain = node.Label(TopologyKey)!;
            _counts[domain] = _counts.GetValueOrDefault(domain) + (countsPods ? constraint.Count(node) : 0);
        }

        public bool Counts(PodState other) => constraint.Counts(other);

        public void Count(PodState other, NodeState node, int change)
        {
            if (!constraint.Counts(other) || !constraint.Includes(node.Node))
                return;
            _counts[node.Label(TopologyKey)!] += change;
            _minimum = null;
        }
    }
}

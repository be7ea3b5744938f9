namespace NodeManager.Scheduling.Scoring;

/// <summary>PodTopologySpread's score: fewer matching pods in a node's domains score higher.</summary>
internal sealed class TopologySpreadRule : IScoreRule
{
    private const string HostName = "kubernetes.io/hostname";

    private readonly ClusterSnapshot _snapshot;
    private readonly List<SpreadConstraint> _constraints;
    private readonly bool _needsAllKeys;

    public TopologySpreadRule(Pod pod, ClusterSnapshot snapshot, SchedulingProfile profile)
    {
        _snapshot = snapshot;
        _constraints = SpreadConstraint.Of(pod, snapshot, profile, "ScheduleAnyway");
        // With the system's own constraints, a node without a zone is spread by its hostname alone.
        _needsAllKeys = pod.Spec.TopologySpreadConstraints is { Count: > 0 } || !profile.HasSystemConstraints;
    }

    public long[]? Score(IReadOnlyList<NodeState> nodes)
    {
        if (_constraints.Count == 0)
            return null;
        List<NodeState> eligible = [.. nodes.Where(Counts)];
        List<Spread> spreads = _constraints.ConvertAll(constraint => Measure(constraint, eligible));
        double[] raw = [.. nodes.Select(node => Counts(node) ? spreads.Sum(spread => spread.Score(node)) : -1)];
        // Rounded since 1.22, truncated before.
        return Normalize(
            Array.ConvertAll(
                raw,
                score => score < 0 ? -1 : (long)(_snapshot.MinorVersion >= 22 ? Math.Round(score, MidpointRounding.AwayFromZero) : score)
            )
        );
    }

    private bool Counts(NodeState node) =>
        !_needsAllKeys || _constraints.TrueForAll(constraint => node.Label(constraint.TopologyKey) is not null);

    private Spread Measure(SpreadConstraint constraint, List<NodeState> eligible)
    {
        if (constraint.TopologyKey == HostName)
            return new(constraint, null, Math.Log(eligible.Count + 2));
        Dictionary<string, long> counts = new(StringComparer.Ordinal);
        foreach (NodeState node in eligible)
            counts.TryAdd(node.Label(constraint.TopologyKey) ?? "", 0);
        foreach (NodeState node in _snapshot.Nodes)
            if (Counts(node) && counts.ContainsKey(node.Label(constraint.TopologyKey) ?? "") && constraint.Includes(node.Node))
                counts[node.Label(constraint.TopologyKey) ?? ""] += constraint.Count(node);
        return new(constraint, counts, Math.Log(counts.Count + 2));
    }

    private static long[] Normalize(long[] raw)
    {
        long[] counted = [.. raw.Where(score => score >= 0)];
        long maximum = counted.Length == 0 ? 0 : counted.Max();
        long minimum = counted.Length == 0 ? 0 : counted.Min();
        return Array.ConvertAll(
            raw,
            score =>
                score < 0 ? 0
                : maximum == 0 ? Scores.Maximum
                : Scores.Maximum * (maximum + minimum - score) / maximum
        );
    }

    /// <param name="Counts">Pods by domain; null: each node is its own.</param>
    /// <param name="Weight">With more domains a pod weighs more.</param>
    private sealed record Spread(SpreadConstraint Constraint, Dictionary<string, long>? Counts, double Weight)
    {
        public double Score(NodeState node)
        {
            if (node.Label(Constraint.TopologyKey) is not { } domain)
                return 0;
            long count = Counts is null ? Constraint.Count(node) : Counts[domain];
            return (count * Weight) + (Constraint.MaxSkew - 1);
        }
    }
}

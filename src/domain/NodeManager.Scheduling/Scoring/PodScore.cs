namespace NodeManager.Scheduling.Scoring;

/// <summary>
/// Scores nodes for a pod with kube-scheduler's score plugins and integer arithmetic. Valid while the snapshot is unchanged. Source: the
/// score plugins of kube-scheduler 1.20 and 1.36.
/// </summary>
public sealed class PodScore
{
    private readonly List<(string Name, long Weight, IScoreRule Rule)> _rules = [];

    /// <param name="snapshot">Without the pod.</param>
    /// <param name="profile">The score plugins; null: the defaults of a scheduler without a configuration.</param>
    public PodScore(Pod pod, ClusterSnapshot snapshot, SchedulingProfile? profile = null)
    {
        profile ??= SchedulingProfile.Default(snapshot.MinorVersion);
        foreach ((string name, long weight) in profile.Scores)
            if (Rule(name, pod, snapshot, profile) is { } rule)
                _rules.Add((name, weight, rule));
    }

    /// <summary>The nodes with their scores, in the given order. Scores depend on all nodes: pass all feasible nodes together.</summary>
    public IReadOnlyList<NodeScore> Of(IReadOnlyList<NodeState> nodes)
    {
        if (nodes.Count == 0)
            return [];
        Dictionary<string, long>[] parts = [.. nodes.Select(_ => new Dictionary<string, long>(_rules.Count))];
        foreach ((string name, long weight, IScoreRule rule) in _rules)
        {
            if (rule.Score(nodes) is not { } scores)
                continue;
            for (int index = 0; index < scores.Length; index++)
                parts[index][name] = scores[index] * weight;
        }
        return [.. nodes.Select((node, index) => new NodeScore(node, parts[index].Values.Sum(), parts[index]))];
    }

    /// <summary>The totals alone, for one decision over thousands of nodes.</summary>
    internal long[] TotalsOf(IReadOnlyList<NodeState> nodes)
    {
        var totals = new long[nodes.Count];
        if (nodes.Count == 0)
            return totals;
        foreach ((_, long weight, IScoreRule rule) in _rules)
        {
            if (rule.Score(nodes) is not { } scores)
                continue;
            for (int index = 0; index < scores.Length; index++)
                totals[index] += scores[index] * weight;
        }

        return totals;
    }

    private static IScoreRule? Rule(string name, Pod pod, ClusterSnapshot snapshot, SchedulingProfile profile) =>
        name switch
        {
            "NodeResourcesFit" => new ResourceRule(pod, profile.Fit, snapshot.MinorVersion),
            "NodeResourcesLeastAllocated" or "NodeResourcesMostAllocated" or "RequestedToCapacityRatio" => new ResourceRule(
                pod,
                profile.Former.GetValueOrDefault(name) ?? ResourceScoring.Least,
                snapshot.MinorVersion
            ),
            "NodeResourcesBalancedAllocation" => new BalancedRule(pod, profile.BalancedResources, snapshot.MinorVersion),
            "ImageLocality" => new ImageRule(pod, snapshot),
            "InterPodAffinity" => new InterPodAffinityRule(pod, snapshot, profile),
            "NodeAffinity" => new NodeAffinityRule(pod, profile.AddedAffinity),
            "TaintToleration" => new TaintRule(pod),
            "PodTopologySpread" => new TopologySpreadRule(pod, snapshot, profile),
            _ => null,
        };
}

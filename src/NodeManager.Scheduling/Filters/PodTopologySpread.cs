using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Filters;

/// <summary>Topology spread constraints with DoNotSchedule. Source: "Pod Topology Spread Constraints" of the Kubernetes documentation.</summary>
internal sealed class PodTopologySpread : INodeFilter
{
    private const string Mismatch = "node(s) didn't match pod topology spread constraints";
    private readonly List<Spread> spreads = [];

    public PodTopologySpread(Pod pod, ClusterSnapshot snapshot, SchedulingProfile profile)
    {
        List<SpreadConstraint> hard = SpreadConstraint.Of(pod, snapshot, profile, "DoNotSchedule");
        if (hard.Count == 0) return;
        List<NodeState> candidates = [.. snapshot.Nodes.Where(node => hard.TrueForAll(constraint => node.Label(constraint.TopologyKey) is not null))];
        foreach (SpreadConstraint constraint in hard) spreads.Add(Count(constraint, candidates));
    }

    public FitResult Evaluate(NodeState node)
    {
        foreach (Spread spread in spreads)
        {
            if (node.Label(spread.TopologyKey) is not { } domain) return FitResult.Never($"{Mismatch} (missing required label)");
            if (spread.Pods.GetValueOrDefault(domain) + spread.Self - spread.Least > spread.MaxSkew) return FitResult.NotNow(Mismatch);
        }
        return FitResult.Fits;
    }

    private static Spread Count(SpreadConstraint constraint, List<NodeState> candidates)
    {
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (NodeState node in candidates)
        {
            if (!constraint.Includes(node.Node)) continue;
            string domain = node.Label(constraint.TopologyKey)!;
            counts[domain] = counts.GetValueOrDefault(domain) + constraint.Count(node);
        }
        // Too few domains: as if an empty one existed.
        int least = counts.Count == 0 || counts.Count < constraint.MinDomains ? 0 : counts.Values.Min();
        return new(constraint.TopologyKey, constraint.MaxSkew, constraint.MatchesItself ? 1 : 0, least, counts);
    }

    private sealed record Spread(string TopologyKey, int MaxSkew, int Self, int Least, Dictionary<string, int> Pods);
}

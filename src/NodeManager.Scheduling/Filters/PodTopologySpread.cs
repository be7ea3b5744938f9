using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Scheduling.Filters;

/// <summary>Topology spread constraints with DoNotSchedule. Source: "Pod Topology Spread Constraints" of the Kubernetes documentation.</summary>
internal sealed class PodTopologySpread : INodeFilter
{
    private const string Mismatch = "node(s) didn't match pod topology spread constraints";
    private readonly List<Spread> spreads = [];

    public PodTopologySpread(Pod pod, ClusterSnapshot snapshot)
    {
        List<TopologySpreadConstraint>? hard = pod.Spec.TopologySpreadConstraints?.FindAll(constraint => constraint.WhenUnsatisfiable == "DoNotSchedule");
        if (hard is not { Count: > 0 }) return;
        List<NodeState> candidates = [.. snapshot.Nodes.Where(node => hard.TrueForAll(constraint => node.Label(constraint.TopologyKey) is not null))];
        foreach (TopologySpreadConstraint constraint in hard) spreads.Add(Count(pod, constraint, candidates));
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

    private static Spread Count(Pod pod, TopologySpreadConstraint constraint, List<NodeState> candidates)
    {
        LabelSelector? selector = WithMatchLabelKeys(pod, constraint);
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (NodeState node in candidates)
        {
            if (constraint.NodeAffinityPolicy != "Ignore" && !pod.Selects(node.Node)) continue;
            if (constraint.NodeTaintsPolicy == "Honor" && pod.FirstUntolerated(node.Node) is not null) continue;
            string domain = node.Label(constraint.TopologyKey)!;
            int matching = node.Pods.Count(other => other.Pod.Metadata.DeletionTimestamp is null
                && other.Pod.Metadata.Namespace == pod.Metadata.Namespace && selector.Matches(other.Pod.Metadata.Labels));
            counts[domain] = counts.GetValueOrDefault(domain) + matching;
        }
        // Too few domains: as if an empty one existed.
        int least = counts.Count == 0 || counts.Count < constraint.MinDomains ? 0 : counts.Values.Min();
        return new(constraint.TopologyKey, constraint.MaxSkew, selector.Matches(pod.Metadata.Labels) ? 1 : 0, least, counts);
    }

    private static LabelSelector? WithMatchLabelKeys(Pod pod, TopologySpreadConstraint constraint)
    {
        if (constraint.MatchLabelKeys is not { Count: > 0 } keys || constraint.LabelSelector is not { } selector) return constraint.LabelSelector;
        List<SelectorRequirement> expressions = [.. selector.MatchExpressions ?? []];
        foreach (string key in keys)
            if (pod.Metadata.Labels?.GetValueOrDefault(key) is { } value) expressions.Add(new() { Key = key, Operator = "In", Values = [value] });
        return new() { MatchLabels = selector.MatchLabels, MatchExpressions = expressions };
    }

    private sealed record Spread(string TopologyKey, int MaxSkew, int Self, int Least, Dictionary<string, int> Pods);
}

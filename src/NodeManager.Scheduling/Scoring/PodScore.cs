using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Scoring;

/// <summary>
/// How good a node is for a pod: simple, sensible and the same every time. Free room, pods of the same owner apart, preferences of
/// the pod, soft taints. Made once for a pod, asked for many nodes.
/// </summary>
public sealed class PodScore
{
    private static readonly string[] Balanced = ["cpu", "memory"];
    private readonly Pod pod;
    private readonly ClusterSnapshot snapshot;
    private readonly IReadOnlyDictionary<string, decimal> requests;
    private readonly string? owner;
    private readonly Dictionary<string, int> siblingsByZone = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> siblingsByNode = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Key, string Value), int> nearby = [];

    public PodScore(Pod pod, ClusterSnapshot snapshot)
    {
        this.pod = pod;
        this.snapshot = snapshot;
        requests = PodRequests.Of(pod.Spec);
        owner = pod.Controller()?.Uid;
        List<WeightedPodAffinityTerm> attract = pod.Spec.Affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? [];
        List<WeightedPodAffinityTerm> repel = pod.Spec.Affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? [];
        if (owner is null && attract.Count + repel.Count == 0) return;
        foreach (NodeState node in snapshot.Nodes)
            foreach (PodState other in node.Pods)
            {
                if (owner is not null && other.OwnerUid == owner)
                {
                    siblingsByNode[node.Name] = siblingsByNode.GetValueOrDefault(node.Name) + 1;
                    if (node.Label("topology.kubernetes.io/zone") is { } zone) siblingsByZone[zone] = siblingsByZone.GetValueOrDefault(zone) + 1;
                }
                attract.ForEach(term => Weigh(term, term.Weight, node, other));
                repel.ForEach(term => Weigh(term, -term.Weight, node, other));
            }
    }

    /// <summary>The more the better; comparable between nodes for the same pod only.</summary>
    public decimal Of(NodeState node)
    {
        decimal score = 0;
        foreach (string resource in Balanced)
        {
            decimal allocatable = node.Allocatable(resource);
            if (allocatable > 0) score += Math.Clamp((node.Free(resource) - requests.GetValueOrDefault(resource)) / allocatable, 0, 1) * 50;
        }
        if (owner is not null)
        {
            score += Spread(siblingsByNode, node.Name) * 2;
            if (node.Label("topology.kubernetes.io/zone") is { } zone) score += Spread(siblingsByZone, zone);
        }
        foreach (PreferredSchedulingTerm term in pod.Spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? [])
            if (term.Preference.Selects(node.Node)) score += 2 * term.Weight;
        foreach (((string key, string value), int weight) in nearby)
            if (node.Label(key) == value) score += 2 * weight;
        foreach (Taint taint in node.Node.Spec.Taints ?? [])
            if (taint.Effect == "PreferNoSchedule" && !pod.Tolerates(taint)) score -= 300;
        return score;
    }

    private static decimal Spread(Dictionary<string, int> siblings, string domain) =>
        siblings.Count == 0 ? 0 : 100m * (1 - ((decimal)siblings.GetValueOrDefault(domain) / siblings.Values.Max()));

    private void Weigh(WeightedPodAffinityTerm term, int weight, NodeState node, PodState other)
    {
        string key = term.PodAffinityTerm.TopologyKey;
        if (node.Label(key) is { } value && term.PodAffinityTerm.Matches(pod, other.Pod, snapshot))
            nearby[(key, value)] = nearby.GetValueOrDefault((key, value)) + weight;
    }
}

using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Filters;

/// <summary>Required affinity and anti-affinity between pods, of the pod and of those that are there.</summary>
internal sealed class InterPodAffinity : INodeFilter
{
    private readonly List<PodAffinityTerm> affinity;
    private readonly List<PodAffinityTerm> antiAffinity;
    private readonly HashSet<(string Key, string Value)> near = [];
    private readonly HashSet<(string Key, string Value)> apart = [];
    private readonly HashSet<(string Key, string Value)> unwelcome = [];
    private readonly bool isFirstOfItsKind;
    private readonly int minorVersion;

    public InterPodAffinity(Pod pod, ClusterSnapshot snapshot)
    {
        minorVersion = snapshot.MinorVersion;
        affinity = pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [];
        antiAffinity = pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [];
        foreach (PodState other in snapshot.PodsWithAntiAffinity)
            foreach (PodAffinityTerm term in other.Pod.Spec.Affinity!.PodAntiAffinity!.RequiredDuringSchedulingIgnoredDuringExecution!)
                if (term.Matches(other.Pod, pod, snapshot)) Note(unwelcome, term, snapshot.Node(other.NodeName));
        if (affinity.Count + antiAffinity.Count == 0) return;
        foreach (NodeState node in snapshot.Nodes)
            foreach (PodState other in node.Pods)
            {
                // Affinity asks for pods that meet all terms, anti-affinity shuns those that meet any.
                if (affinity.Count > 0 && affinity.TrueForAll(term => term.Matches(pod, other.Pod, snapshot)))
                    affinity.ForEach(term => Note(near, term, node));
                foreach (PodAffinityTerm term in antiAffinity)
                    if (term.Matches(pod, other.Pod, snapshot)) Note(apart, term, node);
            }
        isFirstOfItsKind = near.Count == 0 && affinity.TrueForAll(term => term.Matches(pod, pod, snapshot));
    }

    public FitResult Evaluate(NodeState node)
    {
        if (!IsNear(node)) return new(FitVerdict.DoesNotFit, Words("node(s) didn't match pod affinity rules"));
        if (antiAffinity.Exists(term => node.Label(term.TopologyKey) is { } value && apart.Contains((term.TopologyKey, value))))
            return new(FitVerdict.DoesNotFit, Words("node(s) didn't match pod anti-affinity rules"), true);
        foreach ((string key, string value) in unwelcome)
            if (node.Label(key) == value) return new(FitVerdict.DoesNotFit, Words("node(s) didn't satisfy existing pods anti-affinity rules"), true);
        return FitResult.Fits;
    }

    /// <summary>The first pod of a group that wants to be together may start anywhere where the topology is known.</summary>
    private bool IsNear(NodeState node) => affinity.TrueForAll(term =>
        node.Label(term.TopologyKey) is { } value && (isFirstOfItsKind || near.Contains((term.TopologyKey, value))));

    private string[] Words(string rule) => minorVersion <= 20 ? ["node(s) didn't match pod affinity/anti-affinity", rule] : [rule];

    private static void Note(HashSet<(string Key, string Value)> domains, PodAffinityTerm term, NodeState? node)
    {
        if (node?.Label(term.TopologyKey) is { } value) domains.Add((term.TopologyKey, value));
    }
}

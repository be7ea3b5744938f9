namespace NodeManager.Scheduling.Scoring;

/// <summary>InterPodAffinity's score: the preferences of the pod, and those of existing pods for it.</summary>
internal sealed class InterPodAffinityRule : IScoreRule
{
    private readonly Pod _pod;
    private readonly ClusterSnapshot _snapshot;
    private readonly Dictionary<string, Dictionary<string, long>> _weights = new(StringComparer.Ordinal);

    public InterPodAffinityRule(Pod pod, ClusterSnapshot snapshot, SchedulingProfile profile)
    {
        _pod = pod;
        _snapshot = snapshot;
        List<WeightedPodAffinityTerm> near = pod.Spec.Affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? [];
        List<WeightedPodAffinityTerm> far = pod.Spec.Affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? [];
        if (near.Count + far.Count > 0)
        {
            foreach (NodeState node in snapshot.Nodes)
            foreach (PodState other in node.Pods)
            {
                near.ForEach(term => Weigh(node, term.PodAffinityTerm, pod, other.Pod, term.Weight));
                far.ForEach(term => Weigh(node, term.PodAffinityTerm, pod, other.Pod, -term.Weight));
            }
        }
        else if (profile.IgnorePreferredTermsOfExistingPods)
        {
            return;
        }
        foreach (PodState other in snapshot.PodsWithAffinity)
            if (snapshot.Node(other.NodeName) is { } node)
                WeighOther(node, other.Pod, profile.HardPodAffinityWeight);
    }

    public long[]? Score(IReadOnlyList<NodeState> nodes)
    {
        if (_weights.Count == 0)
            return null;
        long[] raw =
        [
            .. nodes.Select(node =>
                _weights.Sum(topology => node.Label(topology.Key) is { } value ? topology.Value.GetValueOrDefault(value) : 0)
            ),
        ];
        // Up to 1.22 the range includes 0, whatever the scores are.
        bool isOld = _snapshot.MinorVersion <= 22;
        long minimum = isOld ? Math.Min(0, raw.Min()) : raw.Min();
        long range = (isOld ? Math.Max(0, raw.Max()) : raw.Max()) - minimum;
        return Array.ConvertAll(raw, score => range == 0 ? 0 : (long)(Scores.Maximum * ((double)(score - minimum) / range)));
    }

    private void WeighOther(NodeState node, Pod other, int hardWeight)
    {
        if (hardWeight > 0)
            foreach (PodAffinityTerm term in other.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [])
                Weigh(node, term, other, _pod, hardWeight);
        foreach (WeightedPodAffinityTerm term in other.Spec.Affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? [])
            Weigh(node, term.PodAffinityTerm, other, _pod, term.Weight);
        foreach (
            WeightedPodAffinityTerm term in other.Spec.Affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? []
        )
            Weigh(node, term.PodAffinityTerm, other, _pod, -term.Weight);
    }

    private void Weigh(NodeState node, PodAffinityTerm term, Pod holder, Pod other, long weight)
    {
        if (node.Label(term.TopologyKey) is not { } value || !term.Matches(holder, other, _snapshot))
            return;
        if (!_weights.TryGetValue(term.TopologyKey, out Dictionary<string, long>? values))
            _weights.Add(term.TopologyKey, values = new(StringComparer.Ordinal));
        values[value] = values.GetValueOrDefault(value) + weight;
    }
}

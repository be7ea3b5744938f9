namespace NodeManager.Scheduling.Filters;

/// <summary>Required affinity and anti-affinity, of the pod and of existing pods.</summary>
internal sealed class InterPodAffinity : INodeFilter
{
    private readonly Pod _pod;
    private readonly ClusterSnapshot _snapshot;
    private readonly List<PodAffinityTerm> _affinity;
    private readonly List<PodAffinityTerm> _antiAffinity;
    private readonly TopologyCounts _near = new();
    private readonly TopologyCounts _apart = new();
    private readonly TopologyCounts _unwelcome = new();
    private readonly bool _attractsItself;

    /// <param name="snapshot">Without the pod.</param>
    /// <param name="counted">The grouped pods of the snapshot; null: they are compared one by one.</param>
    public InterPodAffinity(Pod pod, ClusterSnapshot snapshot, IReadOnlyCollection<CountedPods>? counted = null)
    {
        _pod = pod;
        _snapshot = snapshot;
        _affinity = pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [];
        _antiAffinity = pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [];
        _attractsItself = _affinity.TrueForAll(term => term.Matches(pod, pod, snapshot));
        if (counted is null)
            CountAll();
        else
            foreach (CountedPods group in counted.Where(one => Counts(one.Example)))
                CountAll(group.Placed);
    }

    private bool HasTerms => _affinity.Count + _antiAffinity.Count > 0;

    /// <summary>The first pod of a group with affinity to itself fits every node with the topology label.</summary>
    private bool IsFirstOfItsKind => _near.IsEmpty && _attractsItself;

    /// <summary>True if a term of the other pod, or of the pod itself, matches.</summary>
    public bool Counts(PodState other) =>
        (other.HasRequiredAntiAffinity && TermsApart(other).Exists(term => term.Matches(other.Pod, _pod, _snapshot)))
        || IsCompany(other)
        || _antiAffinity.Exists(term => term.Matches(_pod, other.Pod, _snapshot));

    /// <summary>Updates the counts for a pod that was added to a node (1) or removed (-1).</summary>
    public void Count(PodState other, NodeState node, int change)
    {
        if (other.HasRequiredAntiAffinity)
            CountUnwelcome(other, node, change);
        if (HasTerms)
            CountOwn(other, node, change);
    }

    public FitResult Evaluate(NodeState node)
    {
        if (!IsNear(node))
            return new(FitVerdict.DoesNotFit, TextOf("node(s) didn't match pod affinity rules"));
        if (_antiAffinity.Count > 0 && _apart.HasAny(node))
            return new(FitVerdict.DoesNotFit, TextOf("node(s) didn't match pod anti-affinity rules"), true);
        return _unwelcome.HasAny(node)
            ? new(FitVerdict.DoesNotFit, TextOf("node(s) didn't satisfy existing pods anti-affinity rules"), true)
            : FitResult.Fits;
    }

    private void CountAll()
    {
        foreach (PodState other in _snapshot.PodsWithAntiAffinity)
            if (_snapshot.Node(other.NodeName) is { } node)
                CountUnwelcome(other, node, 1);
        if (!HasTerms)
            return;
        foreach (NodeState node in _snapshot.Nodes)
        foreach (PodState other in node.Pods)
            CountOwn(other, node, 1);
    }

    private void CountAll(IEnumerable<PodState> others)
    {
        foreach (PodState other in others)
            if (_snapshot.Node(other.NodeName) is { } node)
                Count(other, node, 1);
    }

    private bool IsNear(NodeState node) =>
        _affinity.TrueForAll(term => node.Label(term.TopologyKey) is { } value && (IsFirstOfItsKind || _near.Has(term.TopologyKey, value)));

    private bool IsCompany(PodState other) => _affinity.Count > 0 && _affinity.TrueForAll(term => term.Matches(_pod, other.Pod, _snapshot));

    private static List<PodAffinityTerm> TermsApart(PodState other) =>
        other.Pod.Spec.Affinity!.PodAntiAffinity!.RequiredDuringSchedulingIgnoredDuringExecution!;

    private void CountUnwelcome(PodState other, NodeState node, int change)
    {
        foreach (PodAffinityTerm term in TermsApart(other))
            if (term.Matches(other.Pod, _pod, _snapshot))
                _unwelcome.Add(term.TopologyKey, node, change);
    }

    // Affinity requires pods that meet all terms; anti-affinity rejects pods that meet any.
    private void CountOwn(PodState other, NodeState node, int change)
    {
        if (IsCompany(other))
            foreach (PodAffinityTerm term in _affinity)
                _near.Add(term.TopologyKey, node, change);
        foreach (PodAffinityTerm term in _antiAffinity)
            if (term.Matches(_pod, other.Pod, _snapshot))
                _apart.Add(term.TopologyKey, node, change);
    }

    private string[] TextOf(string rule) =>
        _snapshot.MinorVersion <= 20 ? ["node(s) didn't match pod affinity/anti-affinity", rule] : [rule];

    private sealed class TopologyCounts
    {
        private readonly Dictionary<string, Dictionary<string, int>> _byKey = new(StringComparer.Ordinal);

        public bool IsEmpty => _byKey.Count == 0;

        public bool Has(string key, string value) =>
            _byKey.TryGetValue(key, out Dictionary<string, int>? domains) && domains.ContainsKey(value);

        public bool HasAny(NodeState node)
        {
            foreach ((string key, Dictionary<string, int> domains) in _byKey)
                if (node.Label(key) is { } value && domains.ContainsKey(value))
                    return true;
            return false;
        }

        public void Add(string key, NodeState node, int change)
        {
            if (node.Label(key) is not { } value)
                return;
            if (!_byKey.TryGetValue(key, out Dictionary<string, int>? domains))
                _byKey.Add(key, domains = new(StringComparer.Ordinal));
            int count = domains.GetValueOrDefault(value) + change;
            if (count != 0)
                domains[value] = count;
            else
                domains.Remove(value);
            if (domains.Count == 0)
                _byKey.Remove(key);
        }
    }
}

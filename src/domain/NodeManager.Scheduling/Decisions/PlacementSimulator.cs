using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling.Decisions;

/// <summary>
/// Moves pods in a snapshot and finds places for others. Cluster-wide counts are computed once for equal pods and updated with each move.
/// Only the simulator may change the snapshot meanwhile. Not thread-safe.
/// </summary>
public sealed class PlacementSimulator
{
    private readonly ClusterSnapshot _snapshot;
    private readonly SchedulingProfile _profile;
    private readonly PodSignature _signature = new();
    private readonly Dictionary<string, PodFit> _fits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PodCounts> _counts = new(StringComparer.Ordinal);
    private readonly List<PodCounts> _allCounts = [];
    private readonly Dictionary<string, CountedPods> _counted = new(StringComparer.Ordinal);
    private readonly Dictionary<Pod, CountedPods> _countedByPod = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, PodState> _removed = new(StringComparer.Ordinal);
    private bool _groupsApart;
    private bool _groupsAll;
    private int _nextStart;

    public PlacementSimulator(ClusterSnapshot snapshot)
    {
        _snapshot = snapshot;
        _profile = SchedulingProfile.Default(snapshot.MinorVersion);
        foreach (PodState pod in snapshot.Pods)
            _signature.AddKeys(pod.Pod);
    }

    public ClusterSnapshot Snapshot => _snapshot;

    /// <summary>The rules for the pod in the current snapshot, valid until the next move. Remove the pod first.</summary>
    public PodFit FitOf(Pod pod)
    {
        string key = pod.Key();
        if (_fits.TryGetValue(key, out PodFit? fit))
            return fit;
        Invalidate(_signature.AddKeys(pod));
        string alike = _signature.Of(pod);
        if (!_counts.TryGetValue(alike, out PodCounts? counted))
            _counts.Add(alike, counted = Count(pod));
        _fits.Add(key, fit = new(pod, _snapshot, _profile, counted));
        return fit;
    }

    /// <summary>Moves a pod to a node; the pod object is not changed.</summary>
    public void Assume(Pod pod, string node)
    {
        Remove(pod);
        bool isKnown = _removed.Remove(pod.Key(), out PodState? before) && ReferenceEquals(before.Pod, pod);
        if (!isKnown)
            Invalidate(_signature.AddKeys(pod));
        PodState state = isKnown ? before!.On(node) : new(pod, node);
        _snapshot.Add(state);
        UpdateCounts(state, 1);
    }

    /// <summary>Removes a pod. True if it existed.</summary>
    public bool Remove(Pod pod)
    {
        if (_snapshot.Take(pod) is not { } state)
            return false;
        _removed[pod.Key()] = state;
        UpdateCounts(state, -1);
        return true;
    }

    /// <summary>
    /// The best node that fits, or with <paramref name="takesFirst"/> the first one, starting after the node found last. A scheduler does
    /// not examine all nodes of a large cluster either.
    /// </summary>
    public Placement Find(Pod pod, IReadOnlyList<NodeState> nodes, bool takesFirst)
    {
        PodFit fit = FitOf(pod);
        if (!takesFirst)
            return PodPlacement.Find(pod, _snapshot, fit, nodes);
        for (int index = 0; index < nodes.Count; index++)
        {
            NodeState node = nodes[(_nextStart + index) % nodes.Count];
            if (fit.Evaluate(node).Verdict != FitVerdict.Fits)
                continue;
            _nextStart = (_nextStart + index + 1) % nodes.Count;
            return new(FitVerdict.Fits, node.Name, "");
        }

        return PodPlacement.Find(pod, _snapshot, fit, nodes);
    }

    private PodCounts Count(Pod pod)
    {
        PodCounts counts = new(pod, _snapshot, _profile, Group(PodSignature.HasRules(pod)));
        _allCounts.Add(counts);
        return counts;
    }

    // Few pods have anti-affinity: all pods are grouped only for counts over all of them.
    private Dictionary<string, CountedPods>.ValueCollection Group(bool all)
    {
        if (_groupsAll || (_groupsApart && !all))
            return _counted.Values;
        foreach (PodState pod in all ? _snapshot.Pods : _snapshot.PodsWithAntiAffinity)
            CountedOf(pod).Placed.Add(pod);
        _groupsApart = true;
        _groupsAll = all;
        return _counted.Values;
    }

    private void UpdateCounts(PodState pod, int change)
    {
        CountedPods counted = CountedOf(pod);
        if (change > 0)
            counted.Placed.Add(pod);
        else
            counted.Placed.Remove(pod);
        if (_snapshot.Node(pod.NodeName) is not { } node)
            return;
        foreach (PodCounts counts in counted.CountedBy(_allCounts))
            counts.Count(pod, node, change);
    }

    private CountedPods CountedOf(PodState pod)
    {
        if (_countedByPod.TryGetValue(pod.Pod, out CountedPods? counted))
            return counted;
        string terms = pod.HasRequiredAntiAffinity ? _signature.Of(pod.Pod) : _signature.CountedOf(pod.Pod);
        string alike = pod.Pod.Metadata.DeletionTimestamp is null ? terms : "!" + terms;
        if (!_counted.TryGetValue(alike, out counted))
            _counted.Add(alike, counted = new(pod));
        _countedByPod.Add(pod.Pod, counted);
        return counted;
    }

    private void Invalidate(bool isVoid)
    {
        if (!isVoid)
            return;
        _fits.Clear();
        _counts.Clear();
        _allCounts.Clear();
        _counted.Clear();
        _countedByPod.Clear();
        _groupsApart = _groupsAll = false;
    }
}

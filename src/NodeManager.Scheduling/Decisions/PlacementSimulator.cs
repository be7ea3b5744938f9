using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling.Decisions;

/// <summary>
/// Moves pods in a snapshot and answers, pod after pod, where others fit. What the rules count in the whole cluster is counted once for all pods
/// that are alike and follows the moves. Until it is done, only it may change the snapshot. Not thread-safe.
/// </summary>
public sealed class PlacementSimulator
{
    private readonly ClusterSnapshot _snapshot;
    private readonly SchedulingProfile _profile;
    private readonly PodSignature _signature = new();
    private readonly Dictionary<string, PodFit> _fits = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PodCounts> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (List<PodCounts> All, List<PodCounts> CountingAll)> _byNamespace = new(StringComparer.Ordinal);
    private readonly List<PodCounts> _lookingBeyond = [];
    private readonly Dictionary<string, PodState> _removed = new(StringComparer.Ordinal);
    private int _nextStart;

    /// <param name="snapshot">The cluster as it is.</param>
    public PlacementSimulator(ClusterSnapshot snapshot)
    {
        _snapshot = snapshot;
        _profile = SchedulingProfile.Default(snapshot.MinorVersion);
        foreach (PodState pod in snapshot.Pods) _signature.Note(pod.Pod);
    }

    public ClusterSnapshot Snapshot => _snapshot;

    /// <summary>The rules for the pod as the snapshot is now. Remove the pod first. Good until the next pod is moved.</summary>
    public PodFit FitOf(Pod pod)
    {
        string key = pod.Key();
        if (_fits.TryGetValue(key, out PodFit? fit)) return fit;
        Forget(_signature.Note(pod));
        string alike = _signature.Of(pod);
        if (!_counts.TryGetValue(alike, out PodCounts? counted)) _counts.Add(alike, counted = Count(pod));
        _fits.Add(key, fit = new(pod, _snapshot, _profile, counted));
        return fit;
    }

    /// <summary>Lets a pod run on a node, wherever it was before; the pod itself is not changed.</summary>
    public void Assume(Pod pod, string node)
    {
        Remove(pod);
        bool isKnown = _removed.Remove(pod.Key(), out PodState? before) && ReferenceEquals(before.Pod, pod);
        if (!isKnown) Forget(_signature.Note(pod));
        PodState state = isKnown ? before!.On(node) : new(pod, node);
        _snapshot.Add(state);
        Tell(state, 1);
    }

    /// <summary>Takes a pod away. True if it was there.</summary>
    public bool Remove(Pod pod)
    {
        string key = pod.Key();
        if (_snapshot.Take(key) is not { } state) return false;
        _removed[key] = state;
        Tell(state, -1);
        return true;
    }

    /// <summary>
    /// A node for the pod: the best of those that fit, or with <paramref name="takesFirst"/> the first one found, beginning behind the node found
    /// last. A scheduler does not look at all nodes of a large cluster either.
    /// </summary>
    public Placement Find(Pod pod, IReadOnlyList<NodeState> nodes, bool takesFirst)
    {
        PodFit fit = FitOf(pod);
        if (!takesFirst) return PodPlacement.Find(pod, _snapshot, fit, nodes);
        for (int index = 0; index < nodes.Count; index++)
        {
            NodeState node = nodes[(_nextStart + index) % nodes.Count];
            if (fit.Evaluate(node).Verdict != FitVerdict.Fits) continue;
            _nextStart = (_nextStart + index + 1) % nodes.Count;
            return new(FitVerdict.Fits, node.Name, "");
        }

        return PodPlacement.Find(pod, _snapshot, fit, nodes);
    }

    private PodCounts Count(Pod pod)
    {
        PodCounts counted = new(pod, _snapshot, _profile);
        if (counted.LooksBeyondItsNamespace) _lookingBeyond.Add(counted);
        (List<PodCounts> all, List<PodCounts> countingAll) = CountedFor(pod);
        all.Add(counted);
        if (counted.CountsAllPods) countingAll.Add(counted);
        return counted;
    }

    private void Tell(PodState pod, int change)
    {
        if (_snapshot.Node(pod.NodeName) is not { } node) return;
        // A pod that keeps pods of other namespaces away concerns all; else those of its own namespace, and those that look into others.
        if (pod.HasRequiredAntiAffinity && PodAffinityMatching.LooksBeyondItsNamespace(pod.Pod))
        {
            foreach (PodCounts counted in _counts.Values) counted.Count(pod, node, change);
            return;
        }

        (List<PodCounts> all, List<PodCounts> countingAll) = CountedFor(pod.Pod);
        foreach (PodCounts counted in pod.HasRequiredAntiAffinity ? all : countingAll) counted.Count(pod, node, change);
        foreach (PodCounts counted in _lookingBeyond)
            if (counted.Namespace != pod.Pod.Metadata.Namespace) counted.Count(pod, node, change);
    }

    private (List<PodCounts> All, List<PodCounts> CountingAll) CountedFor(Pod pod)
    {
        string ns = pod.Metadata.Namespace ?? "";
        if (!_byNamespace.TryGetValue(ns, out (List<PodCounts> All, List<PodCounts> CountingAll) there)) _byNamespace.Add(ns, there = ([], []));
        return there;
    }

    private void Forget(bool isVoid)
    {
        if (!isVoid) return;
        _fits.Clear();
        _counts.Clear();
        _byNamespace.Clear();
        _lookingBeyond.Clear();
    }
}

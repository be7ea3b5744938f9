using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;

namespace NodeManager.Drains.Workloads;

/// <summary>
/// Workloads and their pods, as reported by watches. A ReplicaSet's pods count for its Deployment, so that a rollout does not matter. Ready
/// pods are counted, because a workload's status lags behind its pods. Not thread-safe.
/// </summary>
internal sealed class WorkloadCache(TimeProvider time)
{
    private readonly Dictionary<string, Workload> _workloads = [];
    private readonly Dictionary<string, (string Owner, UnhealthyPod? Unhealthy)> _pods = [];

    public void Put(KubernetesObject workload, string kind, int? replicas, bool isGone, IntOrString? maxUnavailable = null)
    {
        string uid = workload.Metadata.Uid ?? "";
        if (isGone)
            _workloads.Remove(uid);
        else
            _workloads[uid] = new(
                $"{kind} {workload.Metadata.Namespace}/{workload.Metadata.Name}",
                replicas ?? 1,
                ParentOf(workload),
                maxUnavailable
            );
    }

    /// <summary>A workload that is not watched, with its desired replicas.</summary>
    public void Put(string uid, string title, int replicas) => _workloads[uid] = new(title, replicas, null, null);

    public void Put(Pod pod, bool isGone)
    {
        // A terminating or completed pod is not ready and will not be.
        if (!isGone && !pod.IsTerminating() && !pod.IsFinished() && pod.Controller() is { } owner)
            _pods[pod.Uid()] = (owner.Uid, PodHealth.Examine(pod, time.GetUtcNow()));
        else
            _pods.Remove(pod.Uid());
    }

    /// <summary>The owners (UIDs) with fewer ready pods than desired; a deleted one requires none.</summary>
    /// <param name="without">UIDs of pods that do not count.</param>
    public IReadOnlyList<WorkloadPods> Missing(IEnumerable<string> owners, IReadOnlySet<string> without) =>
        [
            .. Of(owners.Select(RootOf).ToHashSet(), without)
                .Values.Where(w => w.Ready < w.Desired)
                .OrderBy(w => w.Title, StringComparer.Ordinal),
        ];

    /// <summary>The UID of the workload that creates an owner's pods: a ReplicaSet's Deployment. Otherwise the owner's own.</summary>
    public string RootOf(string uid) =>
        _workloads.TryGetValue(uid, out Workload? known) && known.Parent is { } parent && _workloads.ContainsKey(parent) ? parent : uid;

    /// <summary>The workloads of these UIDs (see <see cref="RootOf"/>) that are known, without the pods of other UIDs.</summary>
    public IReadOnlyDictionary<string, WorkloadPods> Of(IReadOnlySet<string> roots, IReadOnlySet<string> without)
    {
        ILookup<string, UnhealthyPod?> pods = _pods
            .Where(p => !without.Contains(p.Key))
            .Select(p => (Root: RootOf(p.Value.Owner), p.Value.Unhealthy))
            .Where(p => roots.Contains(p.Root))
            .ToLookup(p => p.Root, p => p.Unhealthy);
        return roots
            .Where(_workloads.ContainsKey)
            .ToDictionary(
                root => root,
                root => new WorkloadPods(
                    _workloads[root].Title,
                    pods[root].Count(p => p is null),
                    _workloads[root].Replicas,
                    [.. pods[root].OfType<UnhealthyPod>().OrderBy(p => p.Name, StringComparer.Ordinal)],
                    _workloads[root].MaxUnavailable
                )
            );
    }

    /// <summary>The ready pods of an owner, without the pods of these UIDs.</summary>
    public int Ready(string owner, IReadOnlySet<string> without) =>
        _pods.Count(p => p.Value.Owner == owner && p.Value.Unhealthy is null && !without.Contains(p.Key));

    private static string? ParentOf(KubernetesObject workload) => workload.Metadata.OwnerReferences?.Find(o => o.Controller == true)?.Uid;

    private sealed record Workload(string Title, int Replicas, string? Parent, IntOrString? MaxUnavailable);
}

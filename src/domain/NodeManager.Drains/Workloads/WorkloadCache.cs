using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;

namespace NodeManager.Drains.Workloads;

/// <summary>
/// Workloads and their pods, as reported by watches. A ReplicaSet's pods count for its Deployment, so that a rollout does not matter. Ready
/// pods are counted, because a workload's status lags behind its pods. Not thread-safe.
/// </summary>
internal sealed class WorkloadCache(TimeProvider time)
{
    private readonly Dictionary<string, (string Title, int Wanted, string? Parent)> _workloads = [];
    private readonly Dictionary<string, (string Owner, UnhealthyPod? Unhealthy)> _pods = [];

    public void Put(KubernetesObject workload, string kind, int? replicas, bool isGone)
    {
        string uid = workload.Metadata.Uid ?? "";
        if (isGone)
            _workloads.Remove(uid);
        else
            _workloads[uid] = ($"{kind} {workload.Metadata.Namespace}/{workload.Metadata.Name}", replicas ?? 1, ParentOf(workload));
    }

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
    public IReadOnlyList<MissingPods> Missing(IEnumerable<string> owners, IReadOnlySet<string> without)
    {
        ILookup<string, UnhealthyPod?> pods = _pods
            .Where(p => !without.Contains(p.Key))
            .ToLookup(p => RootOf(p.Value.Owner), p => p.Value.Unhealthy);
        return
        [
            .. owners
                .Select(RootOf)
                .Distinct()
                .Where(_workloads.ContainsKey)
                .Select(root => new MissingPods(
                    _workloads[root].Title,
                    pods[root].Count(p => p is null),
                    _workloads[root].Wanted,
                    [.. pods[root].OfType<UnhealthyPod>().OrderBy(p => p.Name, StringComparer.Ordinal)]
                ))
                .Where(w => w.Ready < w.Desired)
                .OrderBy(w => w.Title, StringComparer.Ordinal),
        ];
    }

    /// <summary>The workload that creates an owner's pods, without the pods of these UIDs; null if unknown or gone.</summary>
    /// <returns>The UID of the workload, with its ready and desired replicas.</returns>
    public (string Uid, MissingPods Pods)? Workload(string owner, IReadOnlySet<string> without)
    {
        string root = RootOf(owner);
        if (!_workloads.TryGetValue(root, out (string Title, int Wanted, string? Parent) known))
            return null;
        ILookup<bool, UnhealthyPod?> pods = _pods
            .Where(p => !without.Contains(p.Key) && RootOf(p.Value.Owner) == root)
            .ToLookup(p => p.Value.Unhealthy is null, p => p.Value.Unhealthy);
        return (
            root,
            new(
                known.Title,
                pods[true].Count(),
                known.Wanted,
                [.. pods[false].OfType<UnhealthyPod>().OrderBy(p => p.Name, StringComparer.Ordinal)]
            )
        );
    }

    /// <summary>The ready pods of an owner, without the pods of these UIDs.</summary>
    public int Ready(string owner, IReadOnlySet<string> without) =>
        _pods.Count(p => p.Value.Owner == owner && p.Value.Unhealthy is null && !without.Contains(p.Key));

    private string RootOf(string uid) =>
        _workloads.TryGetValue(uid, out var known) && known.Parent is { } parent && _workloads.ContainsKey(parent) ? parent : uid;

    private static string? ParentOf(KubernetesObject workload) => workload.Metadata.OwnerReferences?.Find(o => o.Controller == true)?.Uid;
}

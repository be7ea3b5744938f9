using NodeManager.Core.Drain.Rules;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Running;

/// <summary>
/// Workloads and their ready pods, as watches tell of them. A ReplicaSet's pods count for its Deployment, so that a rollout in between does
/// not matter. Ready pods are counted, not read from a workload's status, which follows its pods with a delay. Not thread-safe.
/// </summary>
internal sealed class WorkloadBoard
{
    private readonly Dictionary<string, (string Title, int Wanted, string? Parent)> _workloads = [];
    private readonly Dictionary<string, string> _ready = [];

    public void Put(KubernetesObject workload, string kind, int? replicas, bool isGone)
    {
        string uid = workload.Metadata.Uid ?? "";
        if (isGone) _workloads.Remove(uid);
        else _workloads[uid] = ($"{kind} {workload.Metadata.Namespace}/{workload.Metadata.Name}", replicas ?? 1, ParentOf(workload));
    }

    public void Put(Pod pod, bool isGone)
    {
        if (!isGone && pod.IsReady() && !pod.IsTerminating() && pod.Controller() is { } owner) _ready[pod.Uid()] = owner.Uid;
        else _ready.Remove(pod.Uid());
    }

    /// <summary>Those of the owners (UIDs) that have fewer ready pods than they want; one that is gone wants none.</summary>
    public IReadOnlyList<(string Title, int Ready, int Wanted)> Missing(IEnumerable<string> owners)
    {
        ILookup<string, string> ready = _ready.Values.ToLookup(RootOf);
        return
        [
            .. owners.Select(RootOf).Distinct().Where(_workloads.ContainsKey)
                .Select(root => (_workloads[root].Title, Ready: ready[root].Count(), _workloads[root].Wanted))
                .Where(w => w.Ready < w.Wanted)
                .OrderBy(w => w.Title, StringComparer.Ordinal),
        ];
    }

    private string RootOf(string uid) =>
        _workloads.TryGetValue(uid, out var known) && known.Parent is { } parent && _workloads.ContainsKey(parent) ? parent : uid;

    private static string? ParentOf(KubernetesObject workload) => workload.Metadata.OwnerReferences?.Find(o => o.Controller == true)?.Uid;
}

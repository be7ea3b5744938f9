using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Workloads;

/// <summary>
/// Workloads and their pods, as reported by watches. A ReplicaSet's pods count for its Deployment, so that a rollout does not matter. Ready
/// pods are counted, because a workload's status lags behind its pods. Not thread-safe.
/// </summary>
internal sealed class WorkloadCache(TimeProvider time)
{
    private readonly Dictionary<string, Workload> _workloads = [];
    private readonly Dictionary<string, string> _ownerOf = [];

    // By owner, so that a change does not count all pods again.
    private readonly Dictionary<string, OwnedPods> _owned = [];

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
        string uid = pod.Uid();
        if (_ownerOf.Remove(uid, out string? former))
            _owned[former].Remove(uid);
        // A terminating or completed pod is not ready and will not be.
        if (isGone || pod.IsTerminating() || pod.IsFinished() || pod.Controller() is not { } owner)
            return;
        _ownerOf.Add(uid, owner.Uid);
        if (!_owned.TryGetValue(owner.Uid, out OwnedPods? pods))
            _owned.Add(owner.Uid, pods = new());
        pods.Add(uid, PodHealth.Examine(pod, time.GetUtcNow()));
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
        Dictionary<string, (int Ready, List<UnhealthyPod> Unhealthy)> found = roots
            .Where(_workloads.ContainsKey)
            .ToDictionary(static root => root, static _ => (0, new List<UnhealthyPod>()));
        foreach ((string owner, OwnedPods pods) in _owned)
        {
            string root = RootOf(owner);
            if (!found.TryGetValue(root, out (int Ready, List<UnhealthyPod> Unhealthy) sum))
                continue;
            sum.Unhealthy.AddRange(pods.UnhealthyWithout(without));
            found[root] = (sum.Ready + pods.ReadyWithout(without), sum.Unhealthy);
        }

        return found.ToDictionary(
            static f => f.Key,
            f => new WorkloadPods(
                _workloads[f.Key].Title,
                f.Value.Ready,
                _workloads[f.Key].Replicas,
                f.Value.Unhealthy,
                _workloads[f.Key].MaxUnavailable
            )
        );
    }

    /// <summary>The ready pods of an owner, without the pods of these UIDs.</summary>
    public int Ready(string owner, IReadOnlySet<string> without) =>
        _owned.TryGetValue(owner, out OwnedPods? pods) ? pods.ReadyWithout(without) : 0;

    private static string? ParentOf(KubernetesObject workload) => workload.Metadata.OwnerReferences?.Find(o => o.Controller == true)?.Uid;

    private sealed record Workload(string Title, int Replicas, string? Parent, IntOrString? MaxUnavailable);

    private sealed class OwnedPods
    {
        private readonly HashSet<string> _ready = [];
        private readonly Dictionary<string, UnhealthyPod> _unhealthy = [];

        public void Add(string uid, UnhealthyPod? unhealthy)
        {
            if (unhealthy is null)
                _ready.Add(uid);
            else
                _unhealthy.Add(uid, unhealthy);
        }

        public void Remove(string uid)
        {
            _ready.Remove(uid);
            _unhealthy.Remove(uid);
        }

        public int ReadyWithout(IReadOnlySet<string> without) =>
            without.Count == 0 ? _ready.Count
            : without.Count < _ready.Count ? _ready.Count - without.Count(_ready.Contains)
            : _ready.Count(uid => !without.Contains(uid));

        public IEnumerable<UnhealthyPod> UnhealthyWithout(IReadOnlySet<string> without) =>
            _unhealthy.Where(p => !without.Contains(p.Key)).Select(static p => p.Value);
    }
}

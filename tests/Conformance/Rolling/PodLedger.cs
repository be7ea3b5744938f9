using NodeManager.Conformance.Harness;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Conformance.Rolling;

/// <summary>Sees every pod of an app from its creation on, by a watch of its own, and the fewest that were ready.</summary>
internal sealed class PodLedger : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CacheUse<Pod> _pods;
    private readonly IDisposable _subscription;
    private readonly Dictionary<string, Pod> _seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> _there = new(StringComparer.Ordinal);

    private PodLedger(CacheUse<Pod> pods)
    {
        _pods = pods;
        _subscription = pods.Cache.Subscribe(Note);
    }

    /// <summary>How many pods there ever were.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _seen.Count;
        }
    }

    /// <summary>The fewest pods that were ready and not about to go.</summary>
    public int FewestReady { get; private set; } = int.MaxValue;

    public static async Task<PodLedger> StartAsync(TestCluster cluster, string app)
    {
        NodeManagerSession session = await cluster.ConnectAsync();
        CacheUse<Pod> pods = session
            .Connection()
            .Caches()
            .Open(Resources.Pods, new() { Namespace = cluster.Namespace, LabelSelector = "app=" + app });
        await pods.CatchUpAsync(default);
        var ledger = new PodLedger(pods);
        foreach (Pod pod in pods.Cache.Items)
            ledger.Note(new(WatchEventType.Added, pod));
        // From all of them on.
        lock (ledger._lock)
            ledger.FewestReady = pods.Cache.Count;
        return ledger;
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _pods.Dispose();
    }

    private void Note(ObjectChange<Pod> change)
    {
        lock (_lock)
        {
            _seen[change.Object.Metadata.Uid!] = change.Object;
            if (change.IsDeletion)
                _there.Remove(change.Object.Metadata.Uid!);
            else
                _there.Add(change.Object.Metadata.Uid!);
            FewestReady = Math.Min(
                FewestReady,
                _there.Count(uid => _seen[uid].Metadata.DeletionTimestamp is null && TestCluster.IsReady(_seen[uid]))
            );
        }
    }
}

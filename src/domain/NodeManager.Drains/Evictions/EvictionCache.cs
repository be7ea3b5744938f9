using NodeManager.Controllers.Caching;
using NodeManager.Drains.Progress;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Drains.Evictions;

/// <summary>
/// The state of our EvictionRequests and their Evictions by pod UID, from caches that are opened with the first request. Thread-safe.
/// </summary>
internal sealed class EvictionCache(DrainScope scope, IReadOnlyCollection<string> namespaces) : IDisposable
{
    /// <summary>The label that selects our requests.</summary>
    public const string LabelKey = "app.kubernetes.io/managed-by",
        LabelValue = "nodemanager";

    private static readonly ObjectIndex<EvictionRequest> RequestsByPod = new(static request =>
        request.Spec.Target.Pod?.Uid is { } uid ? [uid] : []
    );
    private static readonly ObjectIndex<EvictionProcess> ProcessesByPod = new(static process =>
        process.Spec.Target.Pod?.Uid is { } uid ? [uid] : []
    );

    private readonly Lock _lock = new();
    private CacheUse<EvictionRequest>? _requests;
    private CacheUse<EvictionProcess>? _processes;
    private IDisposable? _subscription;

    /// <summary>True if the server has created an Eviction for any pod since the first request.</summary>
    public bool HasSeenAny { get; private set; }

    public void Watch()
    {
        lock (_lock)
        {
            if (_processes is not null)
                return;
            string? one = namespaces.Count == 1 ? namespaces.First() : null;
            _processes = scope.Caches.Open(Resources.EvictionProcesses, new() { Namespace = one });
            _requests = scope.Caches.Open(
                Resources.EvictionRequests,
                new() { Namespace = one, LabelSelector = $"{LabelKey}={LabelValue}" }
            );
            _subscription = _processes.Cache.Subscribe(_ => HasSeenAny = true);
        }
    }

    /// <summary>
    /// Our request, the Eviction that counts (null: none reported, or gone), and a task that completes when they change, or faults when
    /// nothing more will be reported.
    /// </summary>
    public (EvictionRequest? Request, EvictionProcess? Process, Task Changed) Observe(string uid)
    {
        (IReadOnlyList<EvictionRequest> requests, Task requestChanged) = _requests!.Cache.Observe(RequestsByPod, uid);
        (IReadOnlyList<EvictionProcess> processes, Task processChanged) = _processes!.Cache.Observe(ProcessesByPod, uid);
        // Without permission to watch requests the drain continues: the Evictions report the outcome.
        Task changed = _requests.Cache.Failed.IsCompleted ? processChanged : Task.WhenAny(Quietly(requestChanged), processChanged).Unwrap();
        return (requests.Count > 0 ? requests[0] : null, EvictionChoice.Of(processes), changed);
    }

    public void Dispose()
    {
        _subscription?.Dispose();
        _requests?.Dispose();
        _processes?.Dispose();
    }

    private static Task Quietly(Task task) =>
        task.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}

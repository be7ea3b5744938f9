using NodeManager.Controllers.Caching;
using NodeManager.Drains.Progress;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Drains.Workloads;

/// <summary>Keeps a <see cref="WorkloadCache"/> current from the session's caches. Thread-safe.</summary>
internal sealed class WorkloadWatch : IDisposable
{
    private readonly Lock _lock = new();
    private readonly WorkloadCache _workloads;
    private readonly List<IDisposable> _uses = [];
    private readonly List<Task> _synced = [],
        _failed = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="ns">The namespace to watch; null for all.</param>
    public WorkloadWatch(DrainScope scope, string? ns)
    {
        _workloads = new(scope.Time);
        Follow(
            scope.Caches.OpenWithin(Resources.Deployments, ns),
            (d, gone) => _workloads.Put(d, "Deployment", d.Spec.Replicas, gone, d.Spec.Strategy?.RollingUpdate?.MaxUnavailable)
        );
        Follow(scope.Caches.OpenWithin(Resources.ReplicaSets, ns), (r, gone) => _workloads.Put(r, "ReplicaSet", r.Spec.Replicas, gone));
        Follow(scope.Caches.OpenWithin(Resources.StatefulSets, ns), (s, gone) => _workloads.Put(s, "StatefulSet", s.Spec.Replicas, gone));
        Follow(scope.Caches.OpenWithin(Resources.Pods, ns), _workloads.Put);
        Failed = Task.WhenAny(_failed).Unwrap();
        _ = Task.WhenAll(_synced)
            .ContinueWith(_ => Signal(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }

    /// <summary>Fails with the first failure of a cache; does not complete otherwise.</summary>
    public Task Failed { get; }

    /// <summary>Adds a workload that is not watched.</summary>
    public void Add(string uid, string title, int replicas)
    {
        lock (_lock)
            _workloads.Put(uid, title, replicas);
        Signal();
    }

    /// <summary>The known state, complete or not.</summary>
    public T Read<T>(Func<WorkloadCache, T> read)
    {
        lock (_lock)
            return read(_workloads);
    }

    /// <summary>The known state, null until all lists have arrived, and a task that completes when that may have changed.</summary>
    public (T? Value, Task Changed) Observe<T>(Func<WorkloadCache, T> read)
        where T : class
    {
        lock (_lock)
            return (_synced.TrueForAll(static task => task.IsCompletedSuccessfully) ? read(_workloads) : null, _changed.Task);
    }

    public void Dispose() => _uses.ForEach(static use => use.Dispose());

    private void Follow<T>(CacheUse<T> use, Action<T, bool> apply)
        where T : KubernetesObject
    {
        _synced.Add(use.Cache.Synced);
        _failed.Add(use.Cache.Failed);
        IDisposable subscription = use.Cache.Subscribe(change =>
        {
            lock (_lock)
                apply(change.Object, change.IsDeletion);
            Signal();
        });
        _uses.AddRange([subscription, use]);
    }

    private void Signal()
    {
        TaskCompletionSource changed;
        lock (_lock)
            (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        changed.TrySetResult();
    }
}

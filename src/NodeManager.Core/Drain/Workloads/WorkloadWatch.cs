using NodeManager.Core.Drain.State;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Core.Drain.Workloads;

/// <summary>Keeps a <see cref="WorkloadCache"/> up to date by watches. Thread-safe.</summary>
/// <param name="scope">The run.</param>
/// <param name="ns">The namespace to watch; null for all.</param>
internal sealed class WorkloadWatch(DrainScope scope, string? ns)
{
    private readonly Lock _lock = new();
    private readonly WorkloadCache _board = new(scope.Time);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unsynced = 4;

    /// <summary>Watches until cancelled.</summary>
    /// <exception cref="Kubernetes.Errors.KubernetesException">The first refusal of one of the watches.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] watches =
        [
            WatchAsync(Resources.Deployments, (d, gone) => _board.Put(d, "Deployment", d.Spec.Replicas, gone), stop.Token),
            WatchAsync(Resources.ReplicaSets, (r, gone) => _board.Put(r, "ReplicaSet", r.Spec.Replicas, gone), stop.Token),
            WatchAsync(Resources.StatefulSets, (s, gone) => _board.Put(s, "StatefulSet", s.Spec.Replicas, gone), stop.Token),
            WatchAsync(Resources.Pods, _board.Put, stop.Token),
        ];
        try
        {
            await await Task.WhenAny(watches);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(watches).ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>What the board shows, complete or not.</summary>
    public T Read<T>(Func<WorkloadCache, T> read)
    {
        lock (_lock) return read(_board);
    }

    /// <summary>What the board shows, null as long as not all lists have arrived, and a task that ends when that may have changed.</summary>
    public (T? Value, Task Changed) Look<T>(Func<WorkloadCache, T> read)
        where T : class
    {
        lock (_lock) return (_unsynced == 0 ? read(_board) : null, _changed.Task);
    }

    private async Task WatchAsync<T>(ResourceType<T> type, Action<T, bool> apply, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        bool synced = false;
        await Task.Yield();
        await foreach (WatchEvent<T> change in scope.Client.WatchAsync(type, new() { Namespace = ns }, cancellationToken))
        {
            lock (_lock)
            {
                if (change.Type != WatchEventType.Synced)
                {
                    apply(change.Object, change.Type == WatchEventType.Deleted);
                }
                else if (!synced)
                {
                    synced = true;
                    _unsynced--;
                }

                if (_unsynced > 0) continue;
                _changed.TrySetResult();
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}

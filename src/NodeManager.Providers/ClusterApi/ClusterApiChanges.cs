using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Providers.ClusterApi;

/// <summary>Reports changes of Machines and their owners, from watches that start with the first wait.</summary>
internal sealed class ClusterApiChanges(KubernetesClient client, string ns) : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _next = New();
    private bool _isStarted;

    /// <summary>Completes at the next change. Take it before the state is read.</summary>
    public Task Next(ClusterApiKinds kinds)
    {
        lock (_lock)
        {
            if (!_isStarted)
            {
                _isStarted = true;
                _ = FollowAsync(kinds.Machines);
                _ = FollowAsync(kinds.MachineSets);
                _ = FollowAsync(kinds.MachineDeployments);
            }

            return _next.Task;
        }
    }

    public void Dispose()
    {
        if (_closed.IsCancellationRequested)
            return;
        _closed.Cancel();
        _closed.Dispose();
    }

    private async Task FollowAsync<T>(ResourceType<T> type)
        where T : KubernetesObject
    {
        CancellationToken closed = _closed.Token;
        await Task.Yield();
        try
        {
            await foreach (WatchEvent<T> _ in client.WatchAsync(type, new() { Namespace = ns }, closed))
                Notify();
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or KubernetesException or NodeManagerException)
        {
            // Without a watch, calls end after their time limit and are repeated.
        }
    }

    private void Notify()
    {
        TaskCompletionSource changed;
        lock (_lock)
            (changed, _next) = (_next, New());
        changed.TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

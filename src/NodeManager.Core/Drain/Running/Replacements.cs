using System.Net;
using NodeManager.Core.Drain.Rules;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Core.Drain.Running;

/// <summary>Waits until the workloads of the pods that left have as many ready pods again as they want.</summary>
internal sealed class Replacements
{
    private readonly Lock _lock = new();
    private readonly DrainScope _scope;
    private readonly WorkloadBoard _board = new();
    private readonly HashSet<string> _owners;
    private readonly string? _namespace;
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unsynced;

    private Replacements(DrainScope scope, IReadOnlyList<Pod> pods)
    {
        _scope = scope;
        _owners = [.. pods.Select(p => p.Controller()!.Uid)];
        _namespace = pods.Select(p => p.Metadata.Namespace).Distinct().ToList() is [string one] ? one : null;
    }

    /// <summary>What is still missing, as far as told.</summary>
    public IReadOnlyList<(string Title, int Ready, int Wanted)> Missing
    {
        get
        {
            lock (_lock) return _board.Missing(_owners);
        }
    }

    /// <summary>Null when no pod that left is made anew by a workload that we know.</summary>
    public static Replacements? For(DrainScope scope, IEnumerable<PodRecord> records, Action<string> warn)
    {
        List<Pod> gone = [.. records.Where(r => r.Plan.Rule != "Finished" && r.IsSaidToBeGone && r.Pod.Controller() is not null).Select(r => r.Pod)];
        ILookup<bool, Pod> known = gone.ToLookup(p => p.Controller() is { Kind: "ReplicaSet" or "StatefulSet" } o && o.ApiVersion.StartsWith("apps/", StringComparison.Ordinal));
        foreach (string owner in known[false].Select(p => $"{p.Controller()!.Kind} {p.Metadata.Namespace}/{p.Controller()!.Name}")
            .Where(o => !o.StartsWith("Job ", StringComparison.Ordinal)).Distinct())
            warn($"{owner}: whether it has replaced its pods is not known.");
        return known[true].Any() ? new(scope, [.. known[true]]) : null;
    }

    /// <summary>Ends when nothing is missing. Where the workloads may not be read, that is a warning, and the end as well.</summary>
    public async Task WaitAsync(Action<string> warn, CancellationToken cancellationToken)
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
            await await Task.WhenAny([_complete.Task, .. watches]);
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            warn($"Whether the evicted pods were replaced is not known: {refused.Message}");
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(watches).ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task WatchAsync<T>(ResourceType<T> type, Action<T, bool> apply, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        bool synced = false;
        lock (_lock) _unsynced++;
        await Task.Yield();
        await foreach (WatchEvent<T> change in _scope.Client.WatchAsync(type, new() { Namespace = _namespace }, cancellationToken))
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

                if (_unsynced == 0 && _board.Missing(_owners).Count == 0) _complete.TrySetResult();
            }
        }
    }
}

using NodeManager.Core.Scheduler.Discovery;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Core.Scheduler.Restarts;

/// <summary>Watches a rollout until it is judged to be over.</summary>
internal sealed class RolloutWatch(ClusterConnection connection, DeploymentManifest deployment, LeaderElectionSettings? election)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Pod> _pods = [];
    private DeploymentManifest? _current;
    private Lease? _lease;
    private int _unsynced;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The verdict that ended it; the last one before where the time was up, which its outcome says.</summary>
    /// <param name="goal">What is waited for.</param>
    /// <param name="timeout">How long.</param>
    /// <param name="report">Told of each verdict.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<RolloutVerdict> RunAsync(
        RolloutGoal goal, TimeSpan timeout, Action<RolloutVerdict> report, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timer = connection.Time.StartLimit(timeout);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        var watches = Watches(goal, stop.Token);
        var verdict = new RolloutVerdict(null, "waiting for the cluster", 0, 0);
        try
        {
            while (true)
            {
                Task next;
                lock (_gate)
                {
                    next = _changed.Task;
                    if (_unsynced == 0)
                        verdict = RolloutRules.Judge(new(_current, [.. _pods.Values], _lease), goal);
                }

                report(verdict);
                if (verdict.Outcome is not null)
                    return verdict;
                await await Task.WhenAny([next.WaitAsync(stop.Token), .. watches]);
            }
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return verdict;
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(watches).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private Task[] Watches(RolloutGoal goal, CancellationToken cancellationToken)
    {
        var ns = deployment.Metadata.Namespace;
        var name = new ListOptions { Namespace = ns, FieldSelector = $"metadata.name={deployment.Metadata.Name}" };
        var labels = string.Join(',', (deployment.Spec.Selector?.MatchLabels ?? []).Select(label => $"{label.Key}={label.Value}"));
        List<Task> watches =
        [
            WatchAsync(DeploymentManifest.Type, name, (seen, isGone) => _current = isGone ? null : seen, cancellationToken),
            WatchAsync(Resources.Pods, new() { Namespace = ns, LabelSelector = labels }, Put, cancellationToken),
        ];
        if (goal.MustLead && election is not null)
            watches.Add(WatchAsync(
                Resources.Leases, new() { Namespace = election.Namespace, FieldSelector = $"metadata.name={election.Name}" },
                (seen, isGone) => _lease = isGone ? null : seen, cancellationToken));
        return [.. watches];
    }

    private void Put(Pod pod, bool isGone)
    {
        if (isGone)
            _pods.Remove(pod.Metadata.Uid ?? "");
        else if (deployment.Spec.Selector.Matches(pod.Metadata.Labels))
            _pods[pod.Metadata.Uid ?? ""] = pod;
    }

    private async Task WatchAsync<T>(ResourceType<T> type, ListOptions what, Action<T, bool> put, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        lock (_gate)
            _unsynced++;
        var isSynced = false;
        await foreach (var seen in connection.Client.WatchAsync(type, what, cancellationToken))
        {
            TaskCompletionSource signal;
            lock (_gate)
            {
                if (seen.Type != WatchEventType.Synced)
                    put(seen.Object, seen.Type == WatchEventType.Deleted);
                else if (!isSynced)
                    _unsynced--;
                isSynced |= seen.Type == WatchEventType.Synced;
                signal = _changed;
                _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            signal.TrySetResult();
        }
    }
}

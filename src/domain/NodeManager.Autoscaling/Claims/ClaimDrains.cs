using System.Collections.Concurrent;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Scheduling;

namespace NodeManager.Autoscaling.Claims;

/// <param name="Result">Null while it runs, and if it ended with an exception.</param>
/// <param name="Failure">The exception.</param>
internal readonly record struct ClaimDrainState(bool IsRunning, NodeDrainResult? Result, Exception? Failure);

/// <summary>
/// Drains the nodes of deleted claims, beside the queue: a drain takes as long as budgets require, and a queue has few workers.
/// </summary>
/// <param name="ended">Receives the claim whose drain has ended.</param>
/// <param name="stop">Ends all drains; their nodes stay cordoned.</param>
internal sealed class ClaimDrains(ClaimWork work, Action<NodeSmithClaim> ended, CancellationToken stop)
{
    // The limit of the wait for pods that no kubelet may be able to terminate.
    private static readonly TimeSpan AbsentKubelet = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, Run> _runs = new(StringComparer.Ordinal);

    /// <summary>Starts the drain, or returns the one in progress.</summary>
    /// <param name="limit">The timeout; null: none.</param>
    /// <param name="reason">For the events on the node.</param>
    public ClaimDrainState Ensure(NodeSmithClaim claim, Node node, TimeSpan? limit, string reason)
    {
        string uid = claim.Metadata.Uid!;
        string? bound = claim.Spec.TerminationGracePeriod;
        Run run = _runs.GetOrAdd(uid, _ => Start(claim, node, limit, bound, reason));
        // A user shortened the grace period.
        if (run.Bound != bound || run.NodeUid != node.Metadata.Uid)
            run.Stop.Cancel();
        return !run.Task.IsCompleted ? new(true, null, null)
            : run.Task.IsFaulted ? new(false, null, run.Task.Exception!.InnerException)
            : new(false, run.Task.Result, null);
    }

    /// <summary>Discards the state of the claim's drain.</summary>
    public void Remove(string uid)
    {
        if (!_runs.TryRemove(uid, out Run? run))
            return;
        run.Stop.Cancel();
        _ = run.Task.ContinueWith(_ => run.Stop.Dispose(), TaskScheduler.Default);
    }

    /// <summary>Completes when all drains have ended.</summary>
    public Task EndAsync() =>
        Task.WhenAll(
            _runs
                .ToArray()
                .Select(one =>
                {
                    Remove(one.Key);
                    return one.Value.Task.ContinueWith(static _ => { }, TaskScheduler.Default);
                })
        );

    private Run Start(NodeSmithClaim claim, Node node, TimeSpan? limit, string? bound, string reason)
    {
        var stopped = CancellationTokenSource.CreateLinkedTokenSource(stop);
        DrainOptions options = new()
        {
            DeleteEmptyDirData = true,
            DeleteUnmanagedPods = true,
            // A single replica under minAvailable 1 would block the node forever; with a surge its replacement is ready first.
            Surge = true,
            // Zero is no limit, whatever the session's configuration says.
            Timeout = limit ?? TimeSpan.Zero,
            SkipWaitForDeleteTimeout = node.IsReady() ? null : AbsentKubelet,
            Reason = reason,
        };
        Task<NodeDrainResult?> task = Task.Run(
            () => work.Leases.RunWithLeaseAsync(claim, token => DrainAsync(claim.Metadata.Uid!, node, options, token), stopped.Token),
            CancellationToken.None
        );
        _ = task.ContinueWith(_ => ended(claim), TaskScheduler.Default);
        return new(task, stopped, bound, node.Metadata.Uid!);
    }

    private async Task<NodeDrainResult?> DrainAsync(string claim, Node node, DrainOptions options, CancellationToken cancellationToken)
    {
        NodeDrainResult? last = null;
        NodeLockUse use = new()
        {
            Kind = NodeLockKind.Scaling,
            Operation = claim,
            Waits = false,
        };
        await foreach (
            NodeDrainResult result in NodeDrainer.DrainAsync(
                work.Scope.Session,
                [new NodeTarget(node.Metadata.Name, node.Metadata.Uid ?? "")],
                options,
                work.Scope.Observer,
                cancellationToken,
                use
            )
        )
            last = result;
        return last;
    }

    private sealed record Run(Task<NodeDrainResult?> Task, CancellationTokenSource Stop, string? Bound, string NodeUid);
}

using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Planning;
using NodeManager.Drains.Progress;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Drains.Execution;

/// <summary>A node locked by another operation: its drain is joined, awaited within this drain's timeout, or the node is skipped.</summary>
internal sealed class BusyNode(DrainScope scope, NodeLockUse use, PlannedNode plan)
{
    // A run of an earlier version renews its Lease, and nothing on the node.
    private static readonly TimeSpan FormerRecheck = TimeSpan.FromSeconds(5);

    private string Uid => plan.Node?.Metadata.Uid ?? "";

    /// <summary>Completes when the node is free, or with a result.</summary>
    /// <returns>Null if the node is free.</returns>
    public async Task<NodeDrainResult?> WaitAsync(NodeLock busy, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = scope.Time.StartLimit(scope.Remaining);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            if (RunningDrain.Find(busy.Operation, Uid, scope.Options) is { } running)
            {
                scope.Observer.Verbose(
                    $"Node {plan.Name}: joining drain {busy.Operation}, which this process already runs with the same options."
                );
                Report($"joined {busy.Operation}", busy);
                return await running.Result.WaitAsync(stop.Token);
            }

            if (!use.Waits || (scope.Options.Once && !scope.Options.HasTimeout))
                return Result(NodeDrainStatus.Blocked, busy, "");
            scope.Observer.Warning($"Node {plan.Name} is in use by {busy}. This drain waits for it to end.");
            return await WaitUntilFreeAsync(busy, stop.Token) is { } calledOff
                ? Result(NodeDrainStatus.Cancelled, null, $"Called off while waiting for {busy}: {calledOff.Describe()}", calledOff.Reason)
                : null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Result(
                NodeDrainStatus.Cancelled,
                null,
                $"Interrupted while waiting for {busy}; this drain changed nothing.",
                NodeDrainCancelReason.Interrupted
            );
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return Result(NodeDrainStatus.TimedOut, busy, "");
        }
        finally
        {
            scope.Observer.Progress(new(plan.Name, Activity, "", 100, true));
        }
    }

    private string Activity => $"Draining {plan.Name}";

    private void Report(string status, NodeLock busy) =>
        scope.Observer.Progress(new(plan.Name, Activity, status) { WaitsFor = [busy.ToString()] });

    private async Task<NodeLockEnd?> WaitUntilFreeAsync(NodeLock busy, CancellationToken cancellationToken)
    {
        TaskCompletionSource<NodeLockEnd> calledOff = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using NodeCaches<Node> caches = scope.Caches.Open(NodeScopes.Nodes, [plan.Name]);
        ObjectCache<Node> nodes = caches.Of(plan.Name);
        bool wasCordoned = false;
        using IDisposable following = nodes.Subscribe(change =>
        {
            Node node = change.Object;
            if (node.Metadata.Uid != Uid)
                return;
            // An uncordon under the lock applies to everyone who wants to drain the node.
            if (wasCordoned && node.Spec.Unschedulable != true && busy.IsSameHold(NodeLock.Read(node)))
                calledOff.TrySetResult(new(NodeDrainCancelReason.Uncordoned, NodeLock.Read(node)?.CancelledBy ?? ""));
            wasCordoned = node.Spec.Unschedulable == true;
        });
        await nodes.Synced.WaitAsync(cancellationToken);
        ObservedLocks seen = scope.Connection.ObservedLocks();
        for (NodeLock current = busy; ; )
        {
            (Node? node, Task changed) = nodes.Observe(Uid);
            if (calledOff.Task.IsCompletedSuccessfully)
                return await calledOff.Task;
            if (node is null)
                return null;
            NodeLock? own = seen.Observe(Uid, NodeLock.Read(node));
            if ((own ?? await use.Former(node, cancellationToken)) is not { } there)
                return null;
            if (!there.IsSameHold(current))
                scope.Observer.Verbose($"Node {plan.Name} is in use by {current = there} now.");
            Report($"waiting for {there}", there);
            await scope.Time.WaitForChangeAsync(
                [changed, calledOff.Task],
                own is null ? FormerRecheck : seen.Remaining(Uid, own),
                cancellationToken
            );
        }
    }

    private NodeDrainResult Result(string status, NodeLock? busy, string message, string cancelReason = "")
    {
        NodeDrainBlocker? blocker = busy is null
            ? null
            : new()
            {
                Kind = "Operation",
                Name = busy.Operation,
                Message = NodeBusyException.Describe(busy, plan.Name, scope.Session.Cluster),
                Remedy = NodeBusyException.Advice(plan.Name),
            };
        string summary =
            blocker is null ? message
            : status == NodeDrainStatus.TimedOut ? $"Timed out while waiting; this drain changed nothing. {blocker.Message}"
            : $"Nothing was changed. {blocker.Message}";
        return new()
        {
            Session = scope.Session,
            Cluster = scope.Session.Cluster,
            Node = plan.Name,
            NodeUid = Uid,
            Status = status,
            CancelReason = cancelReason,
            Blockers = blocker is null ? ItemList<NodeDrainBlocker>.Empty : new([blocker]),
            Cordoned = plan.Node?.Spec.Unschedulable == true,
            By = scope.Session.Who(),
            Reason = scope.Options.Reason,
            StartedAt = scope.StartedAt,
            Duration = scope.Now - scope.StartedAt,
            Summary = summary,
            Message = summary,
        };
    }
}

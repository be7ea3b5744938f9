using NodeManager.Controllers.Caching;
using NodeManager.Core.Errors;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Records;
using NodeManager.Runs;
using NodeManager.Runs.Claims;

namespace NodeManager.Maintenance.Execution;

/// <summary>
/// The steps of one node. Each is recorded before it starts and when it ends. Only an interrupt and the loss of the run throw.
/// </summary>
internal sealed class NodeWork(
    MaintenanceScope scope,
    MaintenanceOptions options,
    RunProgressLog ledger,
    RunLease lease,
    ClaimWriter claims,
    ObjectCache<Node> fleet,
    MaintenanceConditions conditions,
    MaintenanceProgress progress
)
{
    private const int LongestError = 2000;

    private static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(1);

    private readonly Readiness _readiness = new(fleet, progress);
    private readonly NodeTasks _tasks = new(scope, options, ledger, fleet);
    private readonly KubeletHeartbeats _signs = new(scope);
    private readonly DaemonSetPods _daemonSets = new(scope, fleet, progress);

    /// <summary>Cordons the node. False if the node must not continue.</summary>
    public Task<bool> CordonAsync(string uid, CancellationToken cancellationToken) =>
        GuardAsync(
            uid,
            async () =>
            {
                // Uncordoned while it was postponed: pods may have moved to it.
                if (ledger[uid].HasDone(NodeMaintenanceStepName.Cordon) && fleet.Find(uid) is { Spec.Unschedulable: not true })
                    await ledger.UpdateAsync(uid, n => n.Restart() with { Batch = n.Batch }, cancellationToken);
                NodeRecord record = ledger[uid];
                scope.Listener.NodeStarted(ledger.Result(uid));
                await StepAsync(
                    uid,
                    NodeMaintenanceStepName.Cordon,
                    true,
                    async token =>
                    {
                        IReadOnlyList<string> daemonSets = record.DaemonSets ?? await _daemonSets.ReadyOnAsync(record.Name, token);
                        DrainAnnotation annotation = new(scope.Session.Who(), options.Drain.Reason, scope.Now);
                        (Node node, bool wasCordoned) = await claims.CordonAsync(record.Name, uid, annotation.ToJson(), Use, token);
                        await ledger.UpdateAsync(
                            uid,
                            n =>
                                n with
                                {
                                    WasCordoned = wasCordoned,
                                    DaemonSets = daemonSets,
                                    BootId = n.BootId ?? node.Status.NodeInfo?.BootID,
                                    Heartbeat = n.Heartbeat ?? Readiness.ReadyHeartbeat(node),
                                },
                            token
                        );
                        await conditions.BeginAsync(record.Name, token);
                        // The choice of the next batch uses the fleet cache.
                        await fleet.UntilAsync(uid, n => n is null || n.Spec.Unschedulable == true, token);
                    },
                    cancellationToken
                );
                // An earlier process has cordoned it.
                if (claims.Locks.Find(uid) is null)
                    await claims.CordonAsync(
                        record.Name,
                        uid,
                        new DrainAnnotation(scope.Session.Who(), options.Drain.Reason, scope.Now).ToJson(),
                        Use,
                        cancellationToken
                    );
            },
            cancellationToken
        );

    /// <summary>How the run's drains use the locks of its nodes.</summary>
    public NodeLockUse Use =>
        new()
        {
            Kind = NodeLockKind.Maintenance,
            Operation = claims.Run,
            Waits = false,
            Held = claims.Locks.Find,
        };

    /// <summary>Runs the steps after the drain.</summary>
    /// <param name="drain">The result of the drain; null if an earlier process did it.</param>
    public Task<bool> FinishAsync(string uid, NodeDrainResult? drain, CancellationToken cancellationToken) =>
        GuardAsync(uid, () => WhileHeldAsync(uid, token => FinishHeldAsync(uid, drain, token), cancellationToken), cancellationToken);

    private async Task FinishHeldAsync(string uid, NodeDrainResult? drain, CancellationToken cancellationToken)
    {
        if (drain is not null)
        {
            ledger.Keep(uid, drain);
            // The summary, because the final state of the node is appended to every failure.
            if (drain.Status != NodeDrainStatus.Drained)
                throw new NodeFailedException(drain.Summary);
            await ledger.EndAsync(uid, NodeMaintenanceStepName.Drain, cancellationToken);
        }

        NodeRecord record = ledger[uid];
        if (scope.Request.Work is { } work && !_tasks.HasRebooted(record))
            await StepAsync(
                uid,
                NodeMaintenanceStepName.Script,
                true,
                token => _tasks.RunScriptAsync(record, work, token),
                cancellationToken
            );
        if (options.NodeCommand is { } command)
            await StepAsync(
                uid,
                NodeMaintenanceStepName.Command,
                true,
                token => _tasks.RunCommandAsync(record, command, token),
                cancellationToken
            );
        if (options.WaitForReboot || options.Reboot)
        {
            await StepAsync(
                uid,
                NodeMaintenanceStepName.Reboot,
                true,
                token => InTimeAsync(static () => "report a new boot ID and become Ready", record, t => RebootAsync(record, t), token),
                cancellationToken
            );
        }

        await StepAsync(uid, NodeMaintenanceStepName.Ready, false, token => WaitUntilReadyAsync(record, token), cancellationToken);
        await ReturnToServiceAsync(record, cancellationToken);
        progress.NodeEnded(ledger[uid]);
        scope.Listener.NodeEnded(ledger.Result(uid));
    }

    private Task RebootAsync(NodeRecord record, CancellationToken cancellationToken) =>
        options.Reboot
            ? _tasks.RebootAsync(record, _readiness, cancellationToken)
            : _readiness.WaitForRebootAsync(record, cancellationToken);

    private Task WaitUntilReadyAsync(NodeRecord record, CancellationToken cancellationToken)
    {
        string goal = "renew its Lease or report Ready after the work ended";
        return InTimeAsync(
            () => goal,
            record,
            async token =>
            {
                // A kubelet report from before the end of the work is stale.
                if (scope.Request.Work is not null || options.UsesCommands)
                    await _signs.WaitAsync(record, _tasks.ReadAsync, token);
                goal = "become Ready, with the pods of its DaemonSets";
                await _readiness.WaitForReadyAsync(record, token);
                await _daemonSets.WaitAsync(record, token);
            },
            cancellationToken
        );
    }

    private async Task ReturnToServiceAsync(NodeRecord record, CancellationToken cancellationToken)
    {
        string uid = record.Uid;
        bool isGivenBack = true;
        await StepAsync(
            uid,
            NodeMaintenanceStepName.Resume,
            false,
            async token =>
            {
                isGivenBack = await claims.ReleaseAsync(record.Name, uid, token);
                await fleet.UntilAsync(uid, n => n is null || !claims.IsOwn(n), token);
                await conditions.EndAsync(record.Name, "Resumed", true, token);
            },
            cancellationToken
        );
        await ledger.UpdateAsync(
            uid,
            n =>
                n with
                {
                    Status = NodeMaintenanceStatus.Completed,
                    DaemonSets = null,
                    Message =
                        !isGivenBack ? "Another client had already returned the node to service."
                        : n.WasCordoned ? "The node was cordoned before the run and stays cordoned."
                        : null,
                },
            cancellationToken
        );
    }

    /// <summary>Uncordons a node whose drain blocks itself; it is retried later, alone.</summary>
    /// <param name="why">The reason for users.</param>
    public Task<bool> YieldAsync(string uid, string why, CancellationToken cancellationToken) =>
        GuardAsync(
            uid,
            async () =>
            {
                NodeRecord record = ledger[uid];
                await lease.WaitUntilHeldAsync(cancellationToken);
                if (!await claims.YieldAsync(record.Name, uid, cancellationToken))
                    throw new ClaimLostException(null);
                await fleet.UntilAsync(uid, n => n is null || record.WasCordoned || n.Spec.Unschedulable != true, cancellationToken);
                await ledger.UpdateAsync(
                    uid,
                    n => n.Restart() with { Status = NodeMaintenanceStatus.Pending, GoesAlone = true, Message = "Released once: " + why },
                    cancellationToken
                );
                await conditions.EndAsync(record.Name, "MaintenancePostponed", true, cancellationToken);
                await conditions.PlanAsync(record.Name, cancellationToken);
                progress.NodePostponed(ledger[uid]);
                scope.Observer.Warning($"Node {record.Name} was returned to service and is processed later, alone: {why}");
            },
            cancellationToken
        );

    /// <summary>Ends a node that failed, was deleted, or belongs to another run.</summary>
    public async Task EndAsync(string uid, Exception exception, CancellationToken cancellationToken)
    {
        NodeRecord record = ledger[uid];
        if (exception is NodeGoneException || await IsGoneAsync(record, cancellationToken))
        {
            await claims.Locks.ReleaseAsync(uid);
            await ledger.UpdateAsync(
                uid,
                n => n with { Status = NodeMaintenanceStatus.Deleted, DaemonSets = null, Message = Gone(n) },
                cancellationToken
            );
        }
        else
        {
            string error = exception is NodeFailedException or ClaimLostException or NodeManagerException
                ? exception.Message
                : ErrorTranslator.Translate(exception, scope.Session.Cluster, scope.Session.Server, record.Name)?.Message
                    ?? exception.Message;
            // Stored with the run. Must be a sentence, because others follow it.
            error = DisplayText.Truncate(error, LongestError);
            if (!error.EndsWith('.'))
                error += ".";
            bool isWanted = options.OnError == MaintenanceErrorAction.Resume || exception is NodeFailedException { IsNeeded: true };
            bool isPutBack =
                isWanted && exception is not ClaimLostException && await claims.ReleaseAsync(record.Name, uid, cancellationToken);
            await claims.Locks.ReleaseAsync(uid);
            if (isPutBack)
                await fleet.UntilAsync(uid, n => n is null || !claims.IsOwn(n), cancellationToken);
            await conditions.EndAsync(record.Name, "MaintenanceFailed", isPutBack, cancellationToken);
            string place =
                exception is ClaimLostException ? ""
                : isPutBack && !record.WasCordoned ? "The node was returned to service."
                : "The node stays cordoned.";
            await ledger.UpdateAsync(
                uid,
                n => n with { Status = NodeMaintenanceStatus.Failed, Error = error, Message = place.Length > 0 ? place : null },
                cancellationToken
            );
        }

        progress.NodeEnded(ledger[uid]);
        scope.Listener.NodeEnded(ledger.Result(uid));
    }

    // A request to stop, by the lock, ends the work on the node. An uncordon is detected at the release.
    private async Task WhileHeldAsync(string uid, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        if (claims.Locks.Find(uid) is not { } hold)
        {
            await work(cancellationToken);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task working = work(stop.Token);
        if (await Task.WhenAny(working, hold.Ended) == working || (await hold.Ended).Reason == NodeDrainCancelReason.Uncordoned)
        {
            await working;
            return;
        }

        await stop.CancelAsync();
        await working.ContinueWith(
            static _ => { },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
        if (!working.IsCompletedSuccessfully)
            throw new NodeFailedException($"Called off: {hold.End!.Describe()}");
    }

    private async Task PostponeAsync(string uid, NodeBusyException busy, CancellationToken cancellationToken)
    {
        NodeRecord record = ledger[uid];
        scope.Observer.Verbose($"Node {record.Name} is postponed: {busy.Message}");
        // An earlier process may have cordoned the node, and may have run its script.
        bool isCordoned = fleet.Find(uid) is { } node && MaintenanceClaim.IsInWork(node);
        await ledger.UpdateAsync(
            uid,
            n => (isCordoned ? n : n.Restart()) with { Status = NodeMaintenanceStatus.Pending, Message = $"Postponed: {busy.Message}" },
            cancellationToken
        );
        progress.NodePostponed(ledger[uid]);
        // Until the fleet cache shows the lock, which the choice of the next batch uses.
        await scope.Time.DelayAsync(BusyPause, cancellationToken);
    }

    private async Task<bool> GuardAsync(string uid, Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work();
            return true;
        }
        catch (NodeBusyException busy)
        {
            await PostponeAsync(uid, busy, cancellationToken);
            return false;
        }
        catch (Exception exception) when (IsOfNode(exception))
        {
            await EndAsync(uid, exception, cancellationToken);
            return false;
        }
    }

    // Other errors concern the whole run.
    private bool IsOfNode(Exception exception) =>
        !scope.IsStopping
        && exception
            is not NodeManagerException
            {
                ErrorId: ErrorIds.MaintenanceTakenOver
                    or ErrorIds.MaintenanceLeaseNotRenewed
                    or ErrorIds.MaintenanceStopped
                    or ErrorIds.SessionClosed
            };

    private async Task StepAsync(
        string uid,
        string step,
        bool isOnce,
        Func<CancellationToken, Task> make,
        CancellationToken cancellationToken
    )
    {
        if (isOnce && ledger[uid].HasDone(step))
            return;
        await lease.WaitUntilHeldAsync(cancellationToken);
        progress.Step(ledger[uid], step);
        await ledger.BeginAsync(uid, step, cancellationToken);
        await make(cancellationToken);
        await ledger.EndAsync(uid, step, cancellationToken);
    }

    private async Task InTimeAsync(
        Func<string> goal,
        NodeRecord record,
        Func<CancellationToken, Task> wait,
        CancellationToken cancellationToken
    )
    {
        using CancellationTokenSource limit = scope.Time.StartLimit(options.WaitReadyTimeout);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await wait(stop.Token);
        }
        catch (OperationCanceledException exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            Node? node = fleet.Find(record.Uid);
            string status = node is null ? "gone" : NodeMapper.StatusOf(node);
            string boot = node?.Status.NodeInfo?.BootID == record.BootId ? "unchanged" : "new";
            throw new NodeFailedException(
                $"The node did not {goal()} within {HumanDuration.Format(options.WaitReadyTimeout)}: status {status}, boot ID {boot}.",
                exception
            );
        }
    }

    private Task<bool> IsGoneAsync(NodeRecord record, CancellationToken cancellationToken) =>
        scope.Retry.RunAsync(
            async token =>
            {
                try
                {
                    return (
                            await NodeGoneException.GuardAsync(
                                record.Name,
                                () => scope.Client.GetAsync(Resources.Nodes, record.Name, null, token)
                            )
                        )
                            .Metadata
                            .Uid != record.Uid;
                }
                catch (NodeGoneException)
                {
                    return true;
                }
            },
            cancellationToken
        );

    private string Gone(NodeRecord record) =>
        fleet.Items.FirstOrDefault(n => n.Metadata.Name == record.Name && n.Metadata.Uid != record.Uid) is { } other
            ? $"A new node registered under this name ({other.Metadata.Uid}); it is left unchanged."
            : "The node was deleted.";
}

using NodeManager.Core.Errors;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Monitoring.Repair.Decisions;
using NodeManager.Monitoring.Repair.Machines;
using NodeManager.Runs.Claims;

namespace NodeManager.Monitoring.Repair.Execution;

/// <summary>
/// The repair of one node: claims it, runs the policy's actions in order, and uncordons it when it is healthy. Checks before each action:
/// none is started during an outage, on a healthy or deleted node, or after the claim was lost.
/// </summary>
internal sealed class NodeRepair
{
    // The limit of the wait for pods that no kubelet may be able to terminate.
    private static readonly TimeSpan AbsentKubelet = TimeSpan.FromMinutes(2);

    // A node that recovers and fails more often is repaired, and its drain is completed.
    private const int MaximumReturns = 5;

    private static readonly TimeSpan NeverHealthy = TimeSpan.FromDays(3650);

    private readonly RepairScope _scope;
    private readonly Node _found;
    private readonly NodeFinding? _finding;
    private readonly string _pool;
    private readonly Action<NodeRepairResult, NodeManagerException?> _sink;
    private readonly List<NodeRepairStep> _steps = [];
    private NodeMachine? _machine;
    private NodeDrainResult? _drain;
    private string _uid;
    private bool _isClaimed;
    private bool _isCordoned;
    private bool _wasCordoned;
    private bool _isRefused;
    private string _trouble = "";

    /// <param name="node">As first observed.</param>
    /// <param name="finding">The finding to repair; null for a healthy node that an earlier repair left cordoned.</param>
    /// <param name="pool">The node's; empty for none.</param>
    /// <param name="sink">Receives each result with its error.</param>
    public NodeRepair(RepairScope scope, Node node, NodeFinding? finding, string pool, Action<NodeRepairResult, NodeManagerException?> sink)
    {
        _scope = scope;
        _found = node;
        _finding = finding;
        _pool = pool;
        _sink = sink;
        _uid = node.Metadata.Uid ?? "";
        StartedAt = scope.Now;
        Observation = new(scope.Time);
    }

    /// <summary>Updated by the watch.</summary>
    public NodeObservation Observation { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>True once the actions are completed, while the repair waits for the node to recover.</summary>
    public bool IsHolding { get; private set; }

    private string Name => _found.Metadata.Name;

    private RepairPolicy Policy => _scope.Policy;

    /// <summary>Repairs the node. A continuous repair also waits until a node that could not be repaired is healthy.</summary>
    /// <returns>The last result.</returns>
    public async Task<RepairEnd> RunAsync(Action holding, CancellationToken cancellationToken)
    {
        RepairEnd end = await GuardedAsync(_finding is null ? ReleaseAsync : RepairAsync, cancellationToken);
        // From here on the repair only waits.
        await _scope.Claims.UnlockAsync(_uid);
        await ReportAsync(end);
        if (!_scope.Request.IsContinuous || !end.HoldsNode || !_isClaimed || cancellationToken.IsCancellationRequested)
            return end;
        IsHolding = true;
        holding();
        RepairEnd then = await GuardedAsync(WaitForRecoveryAsync, cancellationToken);
        if (then.Status is NodeRepairStatus.Recovered)
            await ReportAsync(then);
        return then.Status == NodeRepairStatus.Interrupted ? end : then;
    }

    private async Task<RepairEnd> RepairAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<(NodeRepairAction Action, bool Waits)> steps = Policy.Steps();
        if (steps.Any(static step => step.Action >= NodeRepairAction.Restart))
            _machine = await _scope.Claims.Retry.RunAsync(token => _scope.Machines.FindAsync(_found, token), cancellationToken);
        if (await _scope.Claims.TakeAsync(Name, _uid, cancellationToken) is { } other)
            return RepairEnd.Held(other.Run, other.Holder);
        _isClaimed = true;
        await _scope.RecordEventAsync(
            _found,
            "Warning",
            "NodeRepairStarted",
            $"{_scope.Session.Who()} repairs this node ({string.Join(", ", steps.Select(static step => step.Action))}): {_finding!.Message}{(_scope.Request.Reason.Length > 0 ? $" {_scope.Request.Reason}" : "")}",
            cancellationToken
        );
        for (int i = 0; i < steps.Count; i++)
        {
            bool isLast = i == steps.Count - 1;
            if (await BeforeAsync(cancellationToken) is { } over)
                return over;
            RepairEnd? failure = await ActAsync(steps[i].Action, isLast, cancellationToken);
            if (failure is { Status: not NodeRepairStatus.Failed })
                return failure;
            if (failure is not null)
            {
                if (isLast)
                    return failure;
                _trouble = failure.Message;
                continue;
            }

            if (isLast && steps[i].Action <= NodeRepairAction.Drain)
                return RepairEnd.Isolated(steps[i].Action);
            if (!steps[i].Waits)
                continue;
            if (await RecoveredAsync(Policy.EscalateAfter, cancellationToken) is { } end)
                return end;
            if (isLast)
            {
                return new(
                    NodeRepairStatus.Failed,
                    NodeRepairReason.NotRecovered,
                    $"The node is not healthy {HumanDuration.Format(Policy.EscalateAfter)} after its machine was {(steps[i].Action == NodeRepairAction.Restart ? "restarted" : "replaced")}: {Observation.State.Finding?.Message ?? _finding!.Message}"
                );
            }
        }

        throw new InvalidOperationException("A policy has an action.");
    }

    private async Task<RepairEnd> ReleaseAsync(CancellationToken cancellationToken)
    {
        if (await _scope.Claims.TakeAsync(Name, _uid, cancellationToken) is { } other)
            return RepairEnd.Held(other.Run, other.Holder);
        _isClaimed = true;
        return await RecoveredAsync(Policy.HealthyFor * 2, cancellationToken)
            ?? new(
                NodeRepairStatus.Skipped,
                NodeRepairReason.TooRecent,
                "An earlier repair left the node cordoned. It is not healthy for long enough to be returned to service."
            );
    }

    // Checks that the repair is still needed, and that the run has the node.
    private async Task<RepairEnd?> BeforeAsync(CancellationToken cancellationToken)
    {
        ObservedNode state;
        for (int returns = 0; ; returns++)
        {
            state = await Observation.WaitUntilObservableAsync(cancellationToken);
            if (state.Uid != _uid && !HasChangedMachine)
                return RepairEnd.Gone(Name);
            // It did not return after its restart: there is no node to claim.
            if (state.IsGone)
                return null;
            // A node that is healthy only for moments is repaired.
            if (!state.IsHealthyFor(TimeSpan.Zero, _scope.Now) || returns >= MaximumReturns)
                break;
            // It may fail again.
            if (await RecoveredAsync(Policy.HealthyFor * 2, cancellationToken) is { } recovered)
                return recovered;
        }

        if (state.Uid != _uid)
        {
            _uid = state.Uid;
            (_isCordoned, _wasCordoned) = (false, false);
            if (await _scope.Claims.TakeAsync(Name, _uid, cancellationToken) is { } other)
                return RepairEnd.Lost($"Run {other.Run} of {other.Holder} has the node now.");
        }

        if (await CalledOffAsync(state.Node, cancellationToken) is { } off)
            return off;
        await _scope.Claims.EnsureAsync(Name, _uid, cancellationToken);
        return null;
    }

    private async Task<RepairEnd?> CalledOffAsync(Node? node, CancellationToken cancellationToken) =>
        await _scope.Claims.CalledOffAsync(Name, _uid, node, cancellationToken) is { } end ? RepairEnd.Lost(end.Describe()) : null;

    private bool HasChangedMachine =>
        _steps.Exists(static step => step.Action is nameof(NodeRepairAction.Restart) or nameof(NodeRepairAction.Replace));

    private async Task<RepairEnd?> ActAsync(NodeRepairAction action, bool isLast, CancellationToken cancellationToken)
    {
        if (!_isCordoned && !Observation.State.IsGone)
        {
            _wasCordoned = await _scope.Claims.CordonAsync(Name, _uid, Why, cancellationToken);
            _isCordoned = true;
        }

        NodeRepairStep step = new() { Action = action.ToString(), StartedAt = _scope.Now };
        _steps.Add(step);
        RepairEnd? end = null;
        try
        {
            end = action switch
            {
                NodeRepairAction.Drain => await DrainAsync(isLast, cancellationToken),
                NodeRepairAction.Restart => await RestartAsync(cancellationToken),
                NodeRepairAction.Replace => await ReplaceAsync(cancellationToken),
                _ => null,
            };
            return end;
        }
        catch (NodeManagerException failure) when (action >= NodeRepairAction.Restart)
        {
            end = new(NodeRepairStatus.Failed, NodeRepairReason.ProviderFailed, failure.Message) { Failure = failure };
            return end;
        }
        finally
        {
            _steps[^1] = new()
            {
                Action = step.Action,
                StartedAt = step.StartedAt,
                EndedAt = _scope.Now,
                Message = end?.Message ?? "",
            };
        }
    }

    private async Task<RepairEnd?> DrainAsync(bool isLast, CancellationToken cancellationToken)
    {
        for (int returns = 0; ; returns++)
        {
            (bool isBetter, RepairEnd? end) = await DrainOnceAsync(isLast, mayStop: returns < MaximumReturns, cancellationToken);
            if (!isBetter)
                return end;
            if (await RecoveredAsync(Policy.HealthyFor * 2, cancellationToken) is { } recovered)
                return recovered;
        }
    }

    // IsBetter: the node was healthy for long enough, and the drain was stopped.
    private async Task<(bool IsBetter, RepairEnd? End)> DrainOnceAsync(bool isLast, bool mayStop, CancellationToken cancellationToken)
    {
        TimeSpan limit = Policy.Drain.Timeout is { } own && own > TimeSpan.Zero && own < Policy.EscalateAfter ? own : Policy.EscalateAfter;
        var options = Policy.Drain with
        {
            Timeout = limit,
            Reason = Why,
            SkipWaitForDeleteTimeout = Policy.Drain.SkipWaitForDeleteTimeout ?? (_found.IsReady() ? null : AbsentKubelet),
        };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // The drain of a recovered node is stopped, unless the recovery failed several times.
        Task<ObservedNode> better = Observation.RecoveredAsync(
            mayStop ? Policy.HealthyFor : NeverHealthy,
            state => state.IsGone || state.Uid != _uid,
            null,
            stop.Token
        );
        _ = better.ContinueWith(_ => stop.Cancel(), stop.Token, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        try
        {
            // A started drain waits for the server by itself; one that cannot start does not.
            await _scope.Claims.Retry.RunAsync(token => DrainAsync(options, token), stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (better.IsCompletedSuccessfully)
            return better.Result is var seen && (seen.IsGone || seen.Uid != _uid) && !mayStop
                ? (false, RepairEnd.Gone(Name))
                : (true, null);
        if (_drain is null || _drain.Status == NodeDrainStatus.Drained)
            return (false, null);
        if (_drain.Status == NodeDrainStatus.Cancelled && await CalledOffAsync(null, cancellationToken) is { } calledOff)
            return (false, calledOff);
        _isRefused = _drain.Status == NodeDrainStatus.Blocked;
        NodeManagerException? failure = DrainFailures.Of(_drain);
        return (
            false,
            new(NodeRepairStatus.Failed, NodeRepairReason.DrainFailed, failure?.Message ?? _drain.Message)
            {
                Failure = isLast ? failure : null,
            }
        );
    }

    private async Task DrainAsync(DrainOptions options, CancellationToken cancellationToken)
    {
        NodeTarget[] nodes = [new(Name, _uid)];
        await foreach (
            NodeDrainResult result in NodeDrainer.DrainAsync(
                _scope.Session,
                nodes,
                options,
                _scope.Observer,
                cancellationToken,
                _scope.Claims.Use
            )
        )
            _drain = result;
    }

    private async Task<RepairEnd?> RestartAsync(CancellationToken cancellationToken)
    {
        await RecordEventAsync("NodeRepairRestart", $"Restarting machine {_machine}.", cancellationToken);
        await _scope.Claims.Retry.RunAsync(token => _scope.Machines.RestartAsync(_machine!, token), cancellationToken);
        return null;
    }

    private async Task<RepairEnd?> ReplaceAsync(CancellationToken cancellationToken)
    {
        // Pods that only an EvictionRequest evicts are lost with the machine.
        if (_isRefused)
            return new(
                NodeRepairStatus.Failed,
                NodeRepairReason.DrainFailed,
                $"The machine was not replaced, as its node could not be drained: {_trouble}"
            );
        await RecordEventAsync("NodeRepairReplace", $"Replacing machine {_machine}.", cancellationToken);
        // The autoscaler drains the node of a deleted claim under its own lock, and the repair waits for that.
        if (_machine!.Claim is not null)
            await _scope.Claims.UnlockAsync(_uid);
        await _scope.Claims.Retry.RunAsync(token => _scope.Machines.DestroyAsync(_machine!, _found, token), cancellationToken);
        if (_machine!.Claim is { } claim)
        {
            ObservedNode state = await Observation.RecoveredAsync(
                NeverHealthy,
                one => one.IsGone || one.Uid != _uid,
                Policy.EscalateAfter,
                cancellationToken
            );
            return state.IsGone || state.Uid != _uid
                ? new(
                    NodeRepairStatus.Repaired,
                    NodeRepairReason.Unhealthy,
                    $"NodeSmithClaim {claim.Metadata.Name} was deleted and its machine destroyed. The autoscaler creates another where pool {claim.Spec.PoolRef} needs one."
                )
                : new(
                    NodeRepairStatus.Failed,
                    NodeRepairReason.NotRecovered,
                    $"NodeSmithClaim {claim.Metadata.Name} was deleted, and its node is still there. Check that an autoscaler is running."
                );
        }

        Machine rebuilt;
        try
        {
            rebuilt = await _scope.Claims.Retry.RunAsync(token => _scope.Machines.CreateAsync(_machine, _found, token), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _trouble =
                $"Machine {_machine} was destroyed, and might not have been recreated. Create it with New-Machine {_machine.Machine.Name} -Provider {_machine.Machine.Provider}.";
            throw;
        }

        return rebuilt.Name == Name
            ? null
            : new(
                NodeRepairStatus.Repaired,
                NodeRepairReason.Unhealthy,
                $"Machine {_machine} was destroyed, and machine {rebuilt.Provider}/{rebuilt.Name} created in its place."
            );
    }

    /// <summary>Waits for the node to be healthy, and uncordons it.</summary>
    /// <returns>Null if it did not recover in time.</returns>
    private async Task<RepairEnd?> RecoveredAsync(TimeSpan? atMost, CancellationToken cancellationToken)
    {
        ObservedNode state = await Observation.RecoveredAsync(
            Policy.HealthyFor,
            one => IsOver(one) || _scope.Claims.IsCalledOff(_uid, one.Node),
            atMost,
            cancellationToken
        );
        if (!state.IsHealthyFor(Policy.HealthyFor, _scope.Now))
            return IsOver(state) ? RepairEnd.Gone(Name) : await CalledOffAsync(state.Node, cancellationToken);
        // A node that registered again has neither claim nor cordon.
        if (state.Uid == _uid && !await _scope.Claims.ReleaseAsync(Name, _uid, cancellationToken))
            return RepairEnd.Lost("The node is healthy. Its claim was released by another client, so it is left as it is.");
        _isClaimed = false;
        string service =
            _isCordoned && _wasCordoned && state.Uid == _uid ? "It was cordoned before and stays cordoned." : "It is in service.";
        return HasChangedMachine
            ? new(
                NodeRepairStatus.Repaired,
                NodeRepairReason.Healthy,
                $"The node is healthy after its machine was {(_steps[^1].Action == nameof(NodeRepairAction.Replace) ? "replaced" : "restarted")}. {service}"
            )
            : new(NodeRepairStatus.Recovered, NodeRepairReason.Healthy, $"The node recovered without a repair. {service}");

        bool IsOver(ObservedNode one) => !HasChangedMachine && (one.IsGone || one.Uid != _uid);
    }

    private async Task<RepairEnd> WaitForRecoveryAsync(CancellationToken cancellationToken)
    {
        bool isSeen = false;
        // As long as the run holds the node: a cancellation ends it.
        while (true)
        {
            // The watch may still show the node from before the claim.
            await _scope.Claims.EnsureAsync(Name, _uid, cancellationToken);
            isSeen = false;
            ObservedNode state = await Observation.RecoveredAsync(
                Policy.HealthyFor,
                one => one.IsGone || one.Uid != _uid || IsTaken(one.Node!),
                null,
                cancellationToken
            );
            if (!state.IsHealthyFor(Policy.HealthyFor, _scope.Now) || state.Uid != _uid)
                return RepairEnd.Gone(Name);
            if (await RecoveredAsync(Policy.HealthyFor, cancellationToken) is { } recovered)
                return recovered;
        }

        bool IsTaken(Node node)
        {
            bool isOurs =
                MaintenanceClaim.Read(node.Metadata.Annotations?.GetValueOrDefault(MaintenanceClaim.Key))?.Run == _scope.Claims.Run;
            isSeen |= isOurs;
            return isSeen && !isOurs;
        }
    }

    private async Task<RepairEnd> GuardedAsync(Func<CancellationToken, Task<RepairEnd>> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _scope.Claims.Lost);
        try
        {
            return await work(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            if (_scope.Claims.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                return RepairEnd.Lost(_scope.Claims.LossError().Message);
            bool isTouched = _isCordoned;
            if (_isClaimed && !isTouched)
                await _scope.Claims.ReleaseQuietlyAsync(Name, _uid);
            return new(
                NodeRepairStatus.Interrupted,
                NodeRepairReason.Stopped,
                _trouble.Length > 0 && HasChangedMachine ? _trouble
                    : isTouched ? "The command was stopped. The node stays cordoned; run the command again to continue."
                    : "The command was stopped before the node was changed."
            );
        }
        catch (NodeBusyException busy)
        {
            await _scope.Claims.ReleaseQuietlyAsync(Name, _uid);
            _isClaimed = false;
            return new(NodeRepairStatus.Skipped, NodeRepairReason.Busy, busy.Message) { HeldBy = busy.Lock.Operation };
        }
        catch (ClaimLostException lost)
        {
            return RepairEnd.Lost(lost.Message);
        }
        catch (NodeGoneException)
        {
            return RepairEnd.Gone(Name);
        }
        catch (Exception failure)
            when ((
                    failure as NodeManagerException
                    ?? ErrorTranslator.Translate(failure, _scope.Session.Cluster, _scope.Session.Server, Name)
                )
                    is { } known
            )
        {
            return RepairEnd.Of(known);
        }
    }

    private string Why => $"repair: {_finding?.Cause}{(_scope.Request.Reason.Length > 0 ? $", {_scope.Request.Reason}" : "")}";

    private Task RecordEventAsync(string reason, string message, CancellationToken cancellationToken) =>
        _scope.RecordEventAsync(_found, "Warning", reason, message, cancellationToken);

    private async Task ReportAsync(RepairEnd end)
    {
        if (_isClaimed || _steps.Count > 0)
        {
            using CancellationTokenSource limit = CleanUpLimit.Start();
            bool isWell =
                end.Status
                is NodeRepairStatus.Repaired
                    or NodeRepairStatus.Recovered
                    or NodeRepairStatus.Drained
                    or NodeRepairStatus.Cordoned;
            await _scope.RecordEventAsync(
                _found,
                isWell ? "Normal" : "Warning",
                isWell ? "NodeRepairEnded" : "NodeRepairFailed",
                $"{end.Status}: {end.Message}",
                limit.Token
            );
        }

        NodeRepairResult result = new()
        {
            Session = _scope.Session,
            Cluster = _scope.Session.Cluster,
            RunId = _scope.Claims.Run,
            Node = Name,
            NodeUid = _found.Metadata.Uid ?? "",
            Pool = _pool,
            Status = end.Status,
            Reason = end.Reason,
            Message = end.Message,
            Cause = _finding?.Cause ?? "",
            Finding = _finding,
            Steps = new([.. _steps]),
            Machine = _machine?.ToString() ?? "",
            Drain = _drain,
            StartedAt = StartedAt,
            EndedAt = _scope.Now,
        };
        _sink(result, end.FailureOf(result, _isCordoned));
    }
}

using System.Text.Json.Nodes;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Updates.Execution;

namespace NodeManager.NodePools.Updates.PoolServices;

/// <summary>
/// Changes the specification of a service's pool, and follows the service's own roll to its end. A rollback restores the previous
/// specification.
/// </summary>
internal sealed class FollowedRoll(RollScope context, RollStart start, ServicePools pools) : ServiceRoll(context, start, pools)
{
    private string _failure = "";

    // Empty: a rollback is possible.
    private string RollbackObstacle =>
        ProgressLog.Record.From is null ? "The former specification is not known, so the update is not rolled back."
        : PoolSecrets.IsSealed(PatchOf(ProgressLog.Record.From))
            ? $"{NotKept} The update is therefore not rolled back by another process. Restore the former user data with Set-NodePool -UserData."
        : "";

    protected override async Task<TimeSpan?> StepAsync(CancellationToken cancellationToken)
    {
        RollControl control = Context.ControlOf(ProgressLog.Record.Id);
        if (control.StoppedBy.Length > 0)
            return await EndAsync(
                NodePoolUpdateStatus.Stopped,
                $"Stopped by {control.StoppedBy}. The service continues its roll.",
                cancellationToken
            );
        if (control.RollbackBy.Length > 0 && !ProgressLog.State.IsBack && ProgressLog.Record.From is not null)
            return RollbackObstacle.Length == 0
                ? await TurnAsync($"Rolled back by {control.RollbackBy}.", cancellationToken)
                : await LeaveAsync(RollbackObstacle, cancellationToken);
        if (
            (ProgressLog.State.Generation == 0 || ProgressLog.State is { IsBack: true, IsTurned: false })
            && !await WriteAsync(cancellationToken)
        )
            return ProgressLog.State.IsBack
                ? await LeaveAsync(RollbackObstacle, cancellationToken)
                : await EndAsync(
                    NodePoolUpdateStatus.Stopped,
                    $"{NotKept} Nothing was changed yet: use Update-NodePool again.",
                    cancellationToken
                );
        if (await Pools.FindAsync(ProgressLog.Record.PoolUid, cancellationToken) is not { } sight)
            return await EndAsync(NodePoolUpdateStatus.Stopped, "The pool was deleted.", cancellationToken);

        await RecordGoneAsync(cancellationToken);
        await RecordDrainingAsync(cancellationToken);
        List<Node> fresh = await FreshNodesAsync(sight.Pool, cancellationToken);
        int ready = fresh.Count(static one => ReadySince(one) is not null);
        bool isOver = sight.Status.Phase == NodePoolPhase.Ready && sight.Pool.Generation >= ProgressLog.State.Generation;
        if (
            !ProgressLog.State.IsBack
            && await IsHeldUpAsync(await CheckAsync(sight, fresh, isOver, cancellationToken), RollbackObstacle, cancellationToken)
                is { } held
        )
        {
            if (_failure.Length > 0)
                return await EndAsync(NodePoolUpdateStatus.Incomplete, _failure, cancellationToken, ready);
            await ReportAsync(NodePoolUpdateStatus.Running, held, ready, cancellationToken);
            return Wait(null, isWatching: true);
        }

        if (isOver)
        {
            await RecordKeptAsync(cancellationToken);
            return await EndAsync(ready, cancellationToken);
        }

        string message =
            sight.Status.Message.Length > 0
                ? sight.Status.Message
                : $"generation {sight.Status.ObservedGeneration} of {sight.Status.Generation} observed";
        await ReportAsync(NodePoolUpdateStatus.Running, $"Waiting for the service: {message.TrimEnd('.')}.", ready, cancellationToken);
        return Wait(null, fresh.Count > 0);
    }

    private async Task<List<Node>> FreshNodesAsync(PoolRecord pool, CancellationToken cancellationToken)
    {
        HashSet<string> old = [.. ProgressLog.All.Select(static one => one.NodeUid)];
        return [.. (await Pools.NodesOfAsync(pool.Id, pool.Name, cancellationToken)).Where(one => !old.Contains(one.Metadata.Uid!))];
    }

    private async Task RecordDrainingAsync(CancellationToken cancellationToken)
    {
        foreach (RollNode node in ProgressLog.All.Where(static one => one.Status == NodePoolUpdateNodeStatus.Pending))
        {
            if (NodeOf(node)?.Spec.Unschedulable == true)
                await ProgressLog.UpdateAsync(
                    node.Uid,
                    static one => one with { Status = NodePoolUpdateNodeStatus.Draining, Message = "The service drains it." },
                    cancellationToken
                );
        }
    }

    // Nodes that the service kept have the change.
    private async Task RecordKeptAsync(CancellationToken cancellationToken)
    {
        foreach (RollNode node in ProgressLog.All.Where(static one => one.Status is not NodePoolUpdateNodeStatus.Removed))
            await ProgressLog.UpdateAsync(
                node.Uid,
                static one => one with { Status = NodePoolUpdateNodeStatus.Kept, Message = "" },
                cancellationToken
            );
    }

    // A service's roll cannot be paused.
    protected override Task PauseAsync(string why, CancellationToken cancellationToken)
    {
        Context.Scope.Observer.Warning($"The update of pool {Context.Request.Pool} is not followed any longer. {why}");
        _failure = $"{why} The service continues its roll; a rollback restores the former specification.";
        return Task.CompletedTask;
    }

    private Task<TimeSpan?> LeaveAsync(string why, CancellationToken cancellationToken)
    {
        Context.Scope.Observer.Warning($"The update of pool {Context.Request.Pool} is not followed any longer. {why}");
        return EndAsync(NodePoolUpdateStatus.Stopped, $"{why} The service continues its roll.", cancellationToken);
    }

    // Also after an earlier process died: an unchanged pool is not written. False: only that process knew the change.
    private async Task<bool> WriteAsync(CancellationToken cancellationToken)
    {
        bool isBack = ProgressLog.State.IsBack;
        JsonObject patch = PatchOf(isBack ? ProgressLog.Record.From : ProgressLog.Record.To);
        long generation;
        if (PoolSecrets.IsSealed(patch))
        {
            PoolRecord there = await Pools.Context.Provider.GetAsync(ProgressLog.Record.PoolUid, cancellationToken);
            if (!PoolMerge.Contains(PoolSecrets.Seal(there.Spec, ProgressLog.Record.Id), patch))
                return false;
            generation = there.Generation;
        }
        else
        {
            generation = (
                await PoolEditor.ApplyAsync(
                    Pools.Context,
                    new PoolTarget { Id = ProgressLog.Record.PoolUid, Name = ProgressLog.Record.Pool },
                    new() { Patch = _ => patch },
                    Context.Scope.Observer,
                    cancellationToken
                )
            ).Generation;
        }

        Pools.Invalidate();
        await ProgressLog.SetAsync(state => state with { Generation = generation, HasBegun = true, IsTurned = isBack }, cancellationToken);
        return true;
    }
}

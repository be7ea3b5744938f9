using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Updates.Decisions;
using NodeManager.NodePools.Updates.Execution;
using NodeManager.NodePools.Validation;

namespace NodeManager.NodePools.Updates.PoolServices;

/// <summary>
/// Replaces a service's pool by a second one (blue-green): creates it, waits for its nodes, drains the first pool's nodes and deletes the
/// first pool; or rolls back.
/// </summary>
internal sealed class SecondPoolRoll(RollScope context, RollStart start, ServicePools pools) : ServiceRoll(context, start, pools)
{
    // The interval of repeated deletions for a slow service.
    private static readonly TimeSpan DeleteAgain = TimeSpan.FromMinutes(1);

    private DateTimeOffset? _deletedAt;

    private string LeavingId => ProgressLog.State.IsBack ? ProgressLog.State.SecondPoolId : ProgressLog.Record.PoolUid;

    protected override async Task<TimeSpan?> StepAsync(CancellationToken cancellationToken)
    {
        RollControl control = Context.ControlOf(ProgressLog.Record.Id);
        var limits = PoolUpdateLimits.Of(ProgressLog.Record, control);
        if (control.StoppedBy.Length > 0)
            return await EndAsync(
                NodePoolUpdateStatus.Stopped,
                $"Stopped by {control.StoppedBy}.{(ProgressLog.State.SecondPoolId.Length > 0 ? $" Node pool '{ProgressLog.Record.SecondPool}' stays." : "")}",
                cancellationToken
            );
        // After the deletion was requested there is no rollback.
        if (control.RollbackBy.Length > 0 && ProgressLog.State is { IsBack: false, IsRemoving: false })
            return await TurnAsync($"Rolled back by {control.RollbackBy}.", cancellationToken);
        if (ProgressLog.State is { IsBack: true, IsTurned: false })
            await PrepareRollbackAsync(cancellationToken);
        if (await UpdateDrainsAsync(limits, cancellationToken))
            return TimeSpan.Zero;

        ObservedPool? second = await Pools.FindAsync(ProgressLog.State.SecondPoolId, cancellationToken),
            leaving = await Pools.FindAsync(LeavingId, cancellationToken);
        if (DeletedPool(second, leaving) is { } deleted)
            return await EndAsync(NodePoolUpdateStatus.Stopped, deleted, cancellationToken);
        await RecordGoneAsync(cancellationToken);
        await RecordNewAsync(cancellationToken);
        IReadOnlyList<Node> fresh = ProgressLog.State.IsBack
            ? []
            : await Pools.NodesOfAsync(ProgressLog.State.SecondPoolId, ProgressLog.Record.SecondPool, cancellationToken);
        SecondPoolView view = ViewOf(second, leaving, fresh, limits.IsPaused);
        SecondPoolStep step = SecondPoolRules.Next(view);
        int ready = fresh.Count(static one => ReadySince(one) is not null);
        if (
            !limits.IsPaused
            && view is { IsBack: false, IsRemoving: false }
            && await IsHeldUpAsync(
                await CheckAsync(second, fresh, step.Drain.Count > 0 || step.Delete, cancellationToken),
                "",
                cancellationToken
            )
                is { } held
        )
        {
            await ReportAsync(NodePoolUpdateStatus.Running, held, ready, cancellationToken);
            return Wait(null, isWatching: true);
        }

        return await AdvanceAsync(step, limits, control, ready, fresh.Count > 0, cancellationToken);
    }

    private async Task<TimeSpan?> AdvanceAsync(
        SecondPoolStep step,
        PoolUpdateLimits limits,
        RollControl control,
        int ready,
        bool isWatching,
        CancellationToken cancellationToken
    )
    {
        if (step.IsOver)
            return await EndAsync(ready, cancellationToken);
        if (step.Create && !limits.IsPaused && !await CreateAsync(cancellationToken))
            return await EndAsync(
                NodePoolUpdateStatus.Stopped,
                $"{NotKept} Nothing was changed yet: use Update-NodePool again.",
                cancellationToken
            );
        bool hasActed = !limits.IsPaused && await ActAsync(step, limits, cancellationToken);
        if (limits.IsPaused)
            await ReportAsync(NodePoolUpdateStatus.Paused, $"Paused: {control.PausedBy}.", ready, cancellationToken);
        else
            await ReportAsync(
                NodePoolUpdateStatus.Running,
                step.WaitsFor.Length > 0 ? $"Waiting for {step.WaitsFor}." : "",
                ready,
                cancellationToken
            );
        return hasActed ? TimeSpan.Zero : Wait(step.Until, isWatching);
    }

    // Why the update cannot continue; null: it can.
    private string? DeletedPool(ObservedPool? second, ObservedPool? leaving)
    {
        if (ProgressLog.State is { IsBack: false, IsRemoving: false } && leaving is null)
            return "The pool was deleted.";
        return ProgressLog.State is { IsBack: false, SecondPoolId.Length: > 0 } && second is null
            ? $"The second pool '{ProgressLog.Record.SecondPool}' was deleted."
            : null;
    }

    private SecondPoolView ViewOf(ObservedPool? second, ObservedPool? leaving, IReadOnlyList<Node> fresh, bool isPaused) =>
        new()
        {
            Now = Scope.Now,
            HasSecond = ProgressLog.State.SecondPoolId.Length > 0,
            IsSecondReady = second?.Status.Phase == NodePoolPhase.Ready,
            DesiredNodes = second?.Status.DesiredNodes ?? ProgressLog.Record.Desired,
            New = [.. fresh.Select(ReadySince)],
            Old =
            [
                .. ProgressLog.Old.Select(one => new OldMachine(
                    one.Uid,
                    one.Status,
                    true,
                    NodeOf(one)?.IsReady() == true,
                    one.Attempts,
                    Context.IsBusy(NodeOf(one), ProgressLog.Record.Id)
                )),
            ],
            IsPaused = isPaused,
            IsBack = ProgressLog.State.IsBack,
            HasBegun = ProgressLog.State.HasBegun,
            IsRemoving = ProgressLog.State.IsRemoving,
            IsGone = leaving is null,
            Soak = ProgressLog.Record.Options.Soak,
            KeepOld = ProgressLog.Record.Options.KeepOld,
            DrainedAt = ProgressLog.State.DrainedAt,
        };

    private async Task<bool> ActAsync(SecondPoolStep step, PoolUpdateLimits limits, CancellationToken cancellationToken)
    {
        Dictionary<string, RollNode> old = ProgressLog.Old.ToDictionary(static one => one.Uid, StringComparer.Ordinal);
        List<RollNode> drain = [.. step.Drain.Select(uid => old[uid])];
        // An earlier process may have died during their drains.
        drain.AddRange(old.Values.Where(one => one.Status == NodePoolUpdateNodeStatus.Draining && !Drains.Has(one.Uid)));
        if (drain.Count > 0)
        {
            if (!ProgressLog.State.HasBegun)
                await ProgressLog.SetAsync(static state => state with { HasBegun = true }, cancellationToken);
            // Together, so that no pod moves to a node that is drained next.
            await Holds.CordonAsync(
                old.Values.Where(static one =>
                    one.Status is NodePoolUpdateNodeStatus.Pending or NodePoolUpdateNodeStatus.Draining or NodePoolUpdateNodeStatus.Skipped
                ),
                cancellationToken
            );
            foreach (RollNode node in drain.Select(one => ProgressLog[one.Uid]).Where(one => !IsHeldByAnother(one, old[one.Uid])))
                if (NodeOf(node) is { } registered)
                    await Drains.StartAsync(node, registered, limits.DrainTimeout, cancellationToken);
        }

        return (step.Delete && await DeleteAsync(cancellationToken)) || step.Create || drain.Count > 0;
    }

    // An earlier process may have created it and died before it recorded that. False: only that process knew the draft.
    private async Task<bool> CreateAsync(CancellationToken cancellationToken)
    {
        JsonObject patch = PatchOf(ProgressLog.Record.To);
        PoolRecord pool = await Pools.Context.Provider.GetAsync(ProgressLog.Record.PoolUid, cancellationToken);
        PoolDraft draft = SecondPoolDraft.Of(pool, ProgressLog.Record.SecondPool, patch, ProgressLog.Record.Desired);
        List<PoolRecord> there = [];
        await foreach (
            PoolRecord one in Pools.Context.Provider.ListAsync(new() { ClusterId = ProgressLog.Record.ClusterId }, cancellationToken)
        )
            if (one.Name == draft.Name)
                there.Add(PoolSecrets.IsSealed(patch) ? one with { Spec = PoolSecrets.Seal(one.Spec, ProgressLog.Record.Id) } : one);
        IReadOnlyList<PoolRecord> own = CreatedPoolRules.Find(
            there,
            draft with
            {
                Spec = PoolMerge.Apply([], patch),
            },
            ProgressLog.Record.Creator,
            ProgressLog.Record.ServiceAt ?? ProgressLog.Record.At
        );
        if (own.Count != 1 && PoolSecrets.IsSealed(patch))
            return false;
        string id = own is [var created]
            ? created.Id
            : (await PoolCreator.CreateAsync(Pools.Context, draft, Context.Scope.Observer, cancellationToken)).Id;
        Pools.Invalidate();
        await ProgressLog.SetAsync(state => state with { SecondPoolId = id }, cancellationToken);
        Context.Scope.Observer.Verbose($"Node pool '{draft.Name}' takes the place of '{pool.Name}'.");
        return true;
    }

    // Recorded first: from here on there is no rollback.
    private async Task<bool> DeleteAsync(CancellationToken cancellationToken)
    {
        if (!ProgressLog.State.IsRemoving)
            await ProgressLog.SetAsync(static state => state with { IsRemoving = true }, cancellationToken);
        foreach (RollNode node in ProgressLog.Old.Where(static one => one.Status == NodePoolUpdateNodeStatus.Drained))
            await ProgressLog.UpdateAsync(
                node.Uid,
                static one => one with { Status = NodePoolUpdateNodeStatus.Removing },
                cancellationToken
            );
        if (LeavingId.Length == 0)
            return true;
        if (_deletedAt is { } asked && Scope.Now - asked < DeleteAgain)
            return false;
        try
        {
            await PoolEditor.DeleteAsync(
                Pools.Context,
                new() { Id = LeavingId, Name = ProgressLog.State.IsBack ? ProgressLog.Record.SecondPool : ProgressLog.Record.Pool },
                cancellationToken
            );
        }
        catch (NodeManagerException gone) when (gone.ErrorId == ErrorIds.NodePoolNotFound)
        {
            // Deleted by an earlier process, or by another client.
        }

        _deletedAt = Scope.Now;
        Pools.Invalidate();
        return true;
    }

    // Uncordons the first pool's nodes and marks those of the second for removal. Idempotent.
    private async Task PrepareRollbackAsync(CancellationToken cancellationToken)
    {
        List<RollNode> former = [.. ProgressLog.All.Where(static one => !one.IsBack)];
        await Holds.ReleaseAsync(former, cancellationToken);
        foreach (RollNode node in former.Where(static one => one.Status is not NodePoolUpdateNodeStatus.Removed))
            await ProgressLog.UpdateAsync(
                node.Uid,
                static one => one with { Status = NodePoolUpdateNodeStatus.Kept, DrainedSince = null, Message = "" },
                cancellationToken
            );
        await ProgressLog.SetAsync(static state => state with { IsTurned = true }, cancellationToken);
    }

    // Nodes that were added to the old pool meanwhile are drained, too: its autoscaler or its repair may add some.
    private async Task RecordNewAsync(CancellationToken cancellationToken)
    {
        if (ProgressLog.State.IsRemoving)
            return;
        foreach (
            Node node in await Pools.NodesOfAsync(
                LeavingId,
                ProgressLog.State.IsBack ? ProgressLog.Record.SecondPool : ProgressLog.Record.Pool,
                cancellationToken
            )
        )
        {
            if (ProgressLog.Has(node.Metadata.Uid!))
                continue;
            await ProgressLog.AddAsync(
                ServiceRollOpener.Entry(
                    node,
                    ProgressLog.All.Count,
                    [ProgressLog.State.IsBack ? "created by the update that is rolled back" : "joined during the update"],
                    ProgressLog.State.IsBack
                ),
                cancellationToken
            );
        }
    }
}

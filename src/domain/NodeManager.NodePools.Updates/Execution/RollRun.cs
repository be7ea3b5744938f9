using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.NodePools.Updates.Decisions;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>The update of a NodeSmithPool, by its claims.</summary>
internal sealed class RollRun : RollLoop
{
    private static readonly TimeSpan RecheckInterval = TimeSpan.FromMinutes(1);

    private readonly RollContext _context;
    private readonly RollMachines _machines;
    private readonly RollReader _look;
    private readonly Rollback _wayBack;

    public RollRun(RollContext context, RollStart start)
        : base(context, start)
    {
        _context = context;
        _machines = new(context, ProgressLog);
        _look = new(context, ProgressLog, _machines);
        _wayBack = new(context, ProgressLog, Holds, _machines);
    }

    protected override async Task<TimeSpan?> StepAsync(CancellationToken cancellationToken)
    {
        RollControl control = _context.ControlOf(ProgressLog.Record.Id);
        var limits = PoolUpdateLimits.Of(ProgressLog.Record, control);
        if (_context.Pool is not { Metadata.DeletionTimestamp: null } pool || pool.Metadata.Uid != ProgressLog.Record.PoolUid)
            return await EndAsync(NodePoolUpdateStatus.Stopped, "The pool was deleted.", cancellationToken);
        if (control.StoppedBy.Length > 0)
            return await EndAsync(NodePoolUpdateStatus.Stopped, $"Stopped by {control.StoppedBy}.", cancellationToken);
        if (control.RollbackBy.Length > 0 && !ProgressLog.State.IsBack)
            return await TurnAsync($"Rolled back by {control.RollbackBy}.", cancellationToken);
        if (ProgressLog.State is { IsBack: true, IsTurned: false })
            await _wayBack.PrepareAsync(cancellationToken);
        if (await UpdateDrainsAsync(limits, cancellationToken))
            return TimeSpan.Zero;
        await _look.RecordAsync(Drains.Has, cancellationToken);

        RollView view = _look.Of(pool, limits);
        RollStep step = RollRules.Next(view);
        int ready = view.New.Count(static one => one.ReadySince is not null);
        bool isIrreversible = step.Drain.Count + step.Remove.Count > 0 || step.IsOver;
        if (
            !limits.IsPaused
            && !ProgressLog.State.IsBack
            && await IsHeldUpAsync(
                await CheckAsync(isIrreversible, cancellationToken),
                ProgressLog.Record.From is null ? "The former template is unknown, so the update is not rolled back" : "",
                cancellationToken
            )
                is { } held
        )
        {
            await ReportAsync(NodePoolUpdateStatus.Running, held, ready, cancellationToken);
            return TimeSpan.Zero < Gate.NextAt - Scope.Now ? Gate.NextAt - Scope.Now : Pause;
        }

        if (step.IsOver && await EndAsync(ready, cancellationToken) is null)
            return null;
        bool hasActed = !limits.IsPaused && await ActAsync(view, step, limits, cancellationToken);
        await ReportAsync(
            limits.IsPaused ? NodePoolUpdateStatus.Paused : NodePoolUpdateStatus.Running,
            limits.IsPaused ? $"Paused: {control.PausedBy}."
                : step.WaitsFor.Length > 0 ? $"Waiting for {step.WaitsFor}."
                : "",
            ready,
            cancellationToken
        );
        if (hasActed)
            return TimeSpan.Zero;
        TimeSpan wait = RecheckInterval;
        foreach (
            DateTimeOffset at in (
                (DateTimeOffset?[])[step.Until, ProgressLog.State.IsBack || view.New.Count == 0 ? null : Gate.NextAt]
            ).OfType<DateTimeOffset>()
        )
            if (at - Scope.Now < wait)
                wait = at - Scope.Now;
        return wait > TimeSpan.FromMilliseconds(1) ? wait : TimeSpan.FromMilliseconds(1);
    }

    protected override async Task UnmarkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Scope.Client.PatchAsync(
                NodeSmithResources.Pools,
                _context.Request.Pool,
                _context.Request.Namespace,
                Patch.Merge(
                    new()
                    {
                        ["metadata"] = new JsonObject
                        {
                            ["uid"] = ProgressLog.Record.PoolUid,
                            ["annotations"] = new JsonObject { [NodeSmithNames.UpdateAnnotation] = null },
                        },
                    }
                ),
                cancellationToken
            );
        }
        catch (KubernetesException e) when (e.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // The claim is gone or was replaced under its name.
        }
    }

    // A failed claim does not recover by waiting.
    private async Task<GateVerdict> CheckAsync(bool mustBeNew, CancellationToken cancellationToken)
    {
        // Machines from before the update do not count.
        List<NodeSmithClaim> created =
        [
            .. _look.Fresh().Where(one => one.Metadata.CreationTimestamp >= NodeSmithConditionList.Seconds(ProgressLog.Record.At)),
        ];
        List<string> failed =
        [
            .. created
                .Where(ClaimAttempts.HasFailed)
                .Select(static one =>
                    $"NodeSmithClaim {one.Metadata.Name} has failed: {one.Status!.Conditions.Find(NodeSmithConditions.Failed)!.Message}"
                ),
        ];
        if (failed.Count > 0)
            return new(failed, true);
        List<string> nodes =
        [
            .. created
                .Where(static one =>
                    one.Metadata.DeletionTimestamp is null && one.Status?.Conditions.IsTrue(NodeSmithConditions.Initialized) == true
                )
                .Select(one => _context.NodeOf(one)?.Metadata.Name)
                .OfType<string>(),
        ];
        return await Gate.CheckAsync(nodes, mustBeNew, cancellationToken);
    }

    private async Task<bool> ActAsync(RollView view, RollStep step, PoolUpdateLimits limits, CancellationToken cancellationToken)
    {
        if (step.Create > 0)
            await _machines.CreateAsync(step.Create, cancellationToken);
        Dictionary<string, RollNode> old = ProgressLog.Old.ToDictionary(static one => one.Uid, StringComparer.Ordinal);
        List<RollNode> drain = [.. step.Drain.Select(uid => old[uid])];
        // An earlier process may have died during their drains.
        drain.AddRange(old.Values.Where(one => one.Status == NodePoolUpdateNodeStatus.Draining && !Drains.Has(one.Uid)));
        if (drain.Count > 0)
        {
            if (!ProgressLog.State.HasBegun)
                await ProgressLog.SetAsync(static state => state with { HasBegun = true }, cancellationToken);
            IEnumerable<RollNode> leaving = old.Values.Where(static one =>
                one.Status is NodePoolUpdateNodeStatus.Pending or NodePoolUpdateNodeStatus.Draining or NodePoolUpdateNodeStatus.Skipped
            );
            // Together, so that no pod moves to a node that is drained next.
            await Holds.CordonAsync(step.Cordon || view.Limit.Surge > 0 || view.IsBlueGreen ? leaving : drain, cancellationToken);
            Dictionary<string, NodeSmithClaim> claims = _context.Claims.ToDictionary(
                static one => one.Metadata.Uid!,
                StringComparer.Ordinal
            );
            foreach (RollNode node in drain.Select(one => ProgressLog[one.Uid]).Where(one => !IsHeldByAnother(one, old[one.Uid])))
            {
                Node? registered = claims.TryGetValue(node.Uid, out NodeSmithClaim? claim) ? _context.NodeOf(claim) : null;
                if (registered is not null)
                    await Drains.StartAsync(node, registered, limits.DrainTimeout, cancellationToken);
                else
                    await ProgressLog.UpdateAsync(
                        node.Uid,
                        static one => one with { Status = NodePoolUpdateNodeStatus.Drained, DrainedSince = null },
                        cancellationToken
                    );
            }
        }

        foreach (string uid in step.Remove)
            await _machines.RemoveAsync(ProgressLog[uid], cancellationToken);
        return step.Create + drain.Count + step.Remove.Count > 0;
    }
}

using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Core.Maintenance.State;
using NodeManager.Core.Observing;
using NodeManager.Core.Rolling.Rules;
using NodeManager.Core.Rolling.State;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Core.Rolling.Running;

/// <summary>Takes an update step by step to its end, or to where it is interrupted. Each step rests on what the cluster has, so another process continues it.</summary>
internal sealed class RollRun
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly RollContext _context;
    private readonly MaintenanceScope _scope;
    private readonly RunLease _lease;
    private readonly RollBook _book;
    private readonly RollMachines _machines;
    private readonly RollHolds _holds;
    private readonly RollDrains _drains;
    private readonly RollGate _gate;
    private readonly RollLook _look;
    private readonly RollWayBack _wayBack;
    private bool _isWarned;

    public RollRun(RollContext context, RollStart start)
    {
        _context = context;
        _scope = context.Scope;
        _lease = start.Lease;
        _book = start.Book;
        _machines = new(context, _book);
        _holds = new(context, start.Claims, _book);
        _drains = new(context, _book);
        _gate = new(context, _book);
        _look = new(context, _book, _machines);
        _wayBack = new(context, _book, _holds, _machines);
    }

    /// <summary>Ends when the update does. Cancelled, drains are left, and nothing is written any more.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        long? since = null;
        try
        {
            while (true)
            {
                await _lease.HoldAsync(cancellationToken);
                _context.ThrowIfFailed();
                // Before the look: what changes during it is looked at again.
                IReadOnlyList<Task> changes = _context.Changed();
                try
                {
                    if (await StepAsync(cancellationToken) is not { } wait) return;
                    since = null;
                    if (wait > TimeSpan.Zero) await _scope.WaitAnyAsync(wait, [.. changes, .. _drains.Ends], cancellationToken);
                }
                catch (KubernetesException e) when (e.Code is HttpStatusCode.Conflict)
                {
                    // What was decided on is out of date.
                    await _context.CatchUpAsync(cancellationToken);
                }
                catch (Exception e) when (TransientFailure.Is(e) && !cancellationToken.IsCancellationRequested
                    && _scope.Time.GetElapsedTime(since ??= _scope.Time.GetTimestamp()) < Operations.UnreachableServerRetry.Limit)
                {
                    _scope.Observer.Verbose($"The server does not answer as it should, asking again: {e.Message}");
                    await Task.Delay(Pause, _scope.Time, cancellationToken);
                }
            }
        }
        finally
        {
            await _drains.LeaveAsync();
            _scope.Observer.Progress(new(_context.Key, $"Updating pool {_context.Request.Pool}", "", 100, true));
        }
    }

    // How long to wait at most; null: it is over.
    private async Task<TimeSpan?> StepAsync(CancellationToken cancellationToken)
    {
        RollControl control = _context.ControlOf(_book.Record.Id);
        var limits = PoolUpdateLimits.Of(_book.Record, control);
        if (_context.Pool is not { Metadata.DeletionTimestamp: null } pool || pool.Metadata.Uid != _book.Record.PoolUid)
            return await EndAsync(NodePoolUpdateStatus.Stopped, "The pool was deleted.", cancellationToken);
        if (control.StoppedBy.Length > 0) return await EndAsync(NodePoolUpdateStatus.Stopped, $"Stopped by {control.StoppedBy}.", cancellationToken);
        if (control.RollbackBy.Length > 0 && !_book.State.IsBack) return await TurnAsync($"Rolled back by {control.RollbackBy}.", cancellationToken);
        if (_book.State is { IsBack: true, IsTurned: false }) await _wayBack.PrepareAsync(cancellationToken);
        if (limits.IsPaused) await _drains.StopAsync(cancellationToken);
        else _drains.Limit(limits.DrainTimeout);
        if (await _drains.HarvestAsync(limits.DrainTimeout, limits.IsPaused, cancellationToken)) return TimeSpan.Zero;
        await _look.NoteAsync(_drains.Has, cancellationToken);

        RollView view = _look.Of(pool, limits);
        RollStep step = RollRules.Next(view);
        bool isIrreversible = step.Drain.Count + step.Remove.Count > 0 || step.IsOver;
        if (!limits.IsPaused && !_book.State.IsBack && await IsHeldUpAsync(isIrreversible, cancellationToken) is { } held)
        {
            await TellAsync(NodePoolUpdateStatus.Running, held, view, cancellationToken);
            return TimeSpan.Zero < _gate.NextAt - _scope.Now ? _gate.NextAt - _scope.Now : Pause;
        }

        if (step.IsOver && await EndAsync(view, cancellationToken) is null) return null;
        bool hasActed = !limits.IsPaused && await ActAsync(view, step, limits, cancellationToken);
        await TellAsync(limits.IsPaused ? NodePoolUpdateStatus.Paused : NodePoolUpdateStatus.Running, limits.IsPaused ? $"Paused: {control.PausedBy}." : step.WaitsFor.Length > 0 ? $"Waiting for {step.WaitsFor}." : "", view, cancellationToken);
        if (hasActed) return TimeSpan.Zero;
        TimeSpan wait = LookAgain;
        foreach (DateTimeOffset at in ((DateTimeOffset?[])[step.Until, _book.State.IsBack || view.New.Count == 0 ? null : _gate.NextAt]).OfType<DateTimeOffset>())
            if (at - _scope.Now < wait) wait = at - _scope.Now;
        return wait > TimeSpan.FromMilliseconds(1) ? wait : TimeSpan.FromMilliseconds(1);
    }

    private async Task<bool> ActAsync(RollView view, RollStep step, PoolUpdateLimits limits, CancellationToken cancellationToken)
    {
        if (step.Create > 0) await _machines.CreateAsync(step.Create, cancellationToken);
        Dictionary<string, RollNode> old = _book.Old.ToDictionary(static one => one.Uid, StringComparer.Ordinal);
        List<RollNode> drain = [.. step.Drain.Select(uid => old[uid])];
        // A process before may have died in their drains.
        drain.AddRange(old.Values.Where(one => one.Status == NodePoolUpdateNodeStatus.Draining && !_drains.Has(one.Uid)));
        if (drain.Count > 0)
        {
            if (!_book.State.HasBegun) await _book.SetAsync(static state => state with { HasBegun = true }, cancellationToken);
            IEnumerable<RollNode> leaving = old.Values.Where(static one => one.Status is NodePoolUpdateNodeStatus.Pending or NodePoolUpdateNodeStatus.Draining or NodePoolUpdateNodeStatus.Skipped);
            // Together, so that no pod comes to one that goes next.
            await _holds.CordonAsync(step.Cordon || view.Limit.Surge > 0 || view.IsBlueGreen ? leaving : drain, cancellationToken);
            Dictionary<string, NodeSmithClaim> claims = _context.Claims.ToDictionary(static one => one.Metadata.Uid!, StringComparer.Ordinal);
            foreach (RollNode node in drain.Select(one => _book[one.Uid]).Where(one => !IsHeldByAnother(one, old)))
            {
                Node? registered = claims.TryGetValue(node.Uid, out NodeSmithClaim? claim) ? _context.NodeOf(claim) : null;
                if (registered is not null) await _drains.StartAsync(node, registered, limits.DrainTimeout, cancellationToken);
                else await _book.UpdateAsync(node.Uid, static one => one with { Status = NodePoolUpdateNodeStatus.Drained, DrainedSince = null }, cancellationToken);
            }
        }

        foreach (string uid in step.Remove) await _machines.RemoveAsync(_book[uid], cancellationToken);
        return step.Create + drain.Count + step.Remove.Count > 0;
    }

    // Cordoning has skipped it: a maintenance run has it.
    private static bool IsHeldByAnother(RollNode node, Dictionary<string, RollNode> before) =>
        node.Status == NodePoolUpdateNodeStatus.Skipped && node.Attempts > before[node.Uid].Attempts;

    // In words why nothing further leaves; null: new nodes are healthy.
    private async Task<string?> IsHeldUpAsync(bool isIrreversible, CancellationToken cancellationToken)
    {
        GateVerdict verdict = await _gate.CheckAsync(_look.Fresh(), isIrreversible, cancellationToken);
        if (verdict.Problems.Count == 0)
        {
            await _book.SetAsync(static state => state with { UnhealthySince = null }, cancellationToken);
            return null;
        }

        string problems = $"New nodes are not healthy: {NameList.Of(verdict.Problems, 3)}";
        PoolUpdateFailureAction action = _book.Record.Options.OnUnhealthy;
        if (action == PoolUpdateFailureAction.Continue)
        {
            if (!_isWarned) _scope.Observer.Warning(problems);
            _isWarned = true;
            return null;
        }

        DateTimeOffset since = _book.State.UnhealthySince ?? _scope.Now;
        await _book.SetAsync(state => state with { UnhealthySince = since }, cancellationToken);
        if (!verdict.IsFinal && _scope.Now - since < _book.Record.Options.HealthGrace) return problems;
        _gate.Forget();
        if (action == PoolUpdateFailureAction.Rollback && _book.Record.From is not null)
        {
            await TurnAsync(problems, cancellationToken);
            return problems;
        }

        string why = action == PoolUpdateFailureAction.Rollback ? $"{problems} The former template is not known, so the update is not rolled back" : problems;
        _scope.Observer.Warning($"The update of pool {_context.Request.Pool} is paused. {why}");
        await _drains.StopAsync(cancellationToken);
        await _book.SetAsync(static state => state with { UnhealthySince = null }, cancellationToken);
        await _book.ControlAsync(RollControl.PausedKey, why, cancellationToken);
        await _context.CatchUpAsync(cancellationToken);
        return why;
    }

    private async Task<TimeSpan?> TurnAsync(string why, CancellationToken cancellationToken)
    {
        _scope.Observer.Warning($"The update of pool {_context.Request.Pool} is rolled back. {why}");
        await _drains.StopAsync(cancellationToken);
        await _book.SetAsync(
            state => state with { IsBack = true, IsTurned = false, HasBegun = false, DrainedAt = null, UnhealthySince = null, Status = NodePoolUpdateStatus.Running, Message = why }, cancellationToken);
        return TimeSpan.Zero;
    }

    private Task<TimeSpan?> EndAsync(RollView view, CancellationToken cancellationToken)
    {
        List<RollNode> left = [.. _book.Old.Where(static one => one.Status is not NodePoolUpdateNodeStatus.Removed)];
        string status = left.Count > 0 ? NodePoolUpdateStatus.Incomplete : _book.State.IsBack ? NodePoolUpdateStatus.RolledBack : NodePoolUpdateStatus.Completed;
        string message = left.Count == 0 ? "" : left.Count == 1 ? $"Node {left[0].Node} could not be drained: {left[0].Message}" : $"{left.Count} nodes could not be drained: {NameList.Of(left.Select(static one => one.Node))}.";
        return EndAsync(status, message, cancellationToken, view.New.Count(static one => one.ReadySince is not null));
    }

    private async Task<TimeSpan?> EndAsync(string status, string message, CancellationToken cancellationToken, int? ready = null)
    {
        await _drains.StopAsync(cancellationToken);
        if (status == NodePoolUpdateStatus.Stopped)
        {
            List<RollNode> kept = [.. _book.All.Where(static one => one.Status is not NodePoolUpdateNodeStatus.Removing and not NodePoolUpdateNodeStatus.Removed)];
            await _holds.ReleaseAsync(kept, cancellationToken);
            foreach (RollNode node in kept) await _book.UpdateAsync(node.Uid, static one => one with { Status = NodePoolUpdateNodeStatus.Kept, DrainedSince = null }, cancellationToken);
        }

        // The pool first: who finds the update ended finds the pool free.
        await UnmarkAsync(cancellationToken);
        if (message.Length == 0 && _book.State.IsBack) message = _book.State.Message;
        await _book.SetAsync(state => state with { Status = status, Message = message, EndedAt = _scope.Now, Ready = ready ?? state.Ready }, cancellationToken);
        return null;
    }

    private async Task UnmarkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _scope.Client.PatchAsync(
                NodeSmithResources.Pools, _context.Request.Pool, _context.Request.Namespace,
                Patch.Merge(new() { ["metadata"] = new JsonObject { ["uid"] = _book.Record.PoolUid, ["annotations"] = new JsonObject { [NodeSmithNames.UpdateAnnotation] = null } } }),
                null, RequestOptions.Default, cancellationToken);
        }
        catch (KubernetesException e) when (e.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // It is gone, or another one has its name.
        }
    }

    private async Task TellAsync(string status, string message, RollView view, CancellationToken cancellationToken)
    {
        int ready = view.New.Count(static one => one.ReadySince is not null);
        // On the way back the reason for it stays.
        await _book.SetAsync(state => state with { Status = status, Ready = ready, Message = state.IsBack && status == NodePoolUpdateStatus.Running ? state.Message : message }, cancellationToken);
        int total = _book.Old.Count, done = _book.Old.Count(static one => one.Status == NodePoolUpdateNodeStatus.Removed), skipped = _book.Old.Count(static one => one.Status == NodePoolUpdateNodeStatus.Skipped);
        _scope.Observer.Progress(new(
            _context.Key, $"{(_book.State.IsBack ? "Rolling back" : "Updating")} pool {_context.Request.Pool}",
            $"{done} of {total} nodes replaced{(skipped > 0 ? $", {skipped} skipped" : "")}{(message.Length > 0 ? $". {message}" : "")}", total == 0 ? 100 : 100 * done / total));
    }
}

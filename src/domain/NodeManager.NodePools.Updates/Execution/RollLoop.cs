using System.Net;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Transport;
using NodeManager.Runs;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>
/// Runs an update step by step until its end or an interrupt. Each step depends on the observed state only, so that another process can
/// resume it.
/// </summary>
internal abstract class RollLoop(RollScope context, RollStart start)
{
    protected static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly RunLease _lease = start.Lease;
    private bool _isWarned;

    protected RunScope Scope { get; } = context.Scope;

    protected RollProgressLog ProgressLog { get; } = start.ProgressLog;

    protected RollCordons Holds { get; } = new(context, start.Claims, start.ProgressLog);

    protected RollDrains Drains { get; } = new(context, start.ProgressLog);

    protected RollGate Gate { get; } = new(context);

    /// <summary>Completes with the update. When cancelled, drains are left running, and nothing more is written.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        long? since = null;
        try
        {
            while (true)
            {
                await _lease.WaitUntilHeldAsync(cancellationToken);
                context.ThrowIfFailed();
                // Before the check, so that changes during it cause another one.
                IReadOnlyList<Task> changes = context.Changed();
                try
                {
                    if (await StepAsync(cancellationToken) is not { } wait)
                        return;
                    since = null;
                    if (wait > TimeSpan.Zero)
                        await Scope.Time.WaitForChangeAsync([.. changes, .. Drains.Ends], wait, cancellationToken);
                }
                catch (KubernetesException e) when (e.Code is HttpStatusCode.Conflict)
                {
                    // The input of the decision is stale.
                    await context.CatchUpAsync(cancellationToken);
                }
                catch (Exception e)
                    when (IsTransient(e)
                        && !cancellationToken.IsCancellationRequested
                        && Scope.Time.GetElapsedTime(since ??= Scope.Time.GetTimestamp()) < Core.Operations.UnreachableServerRetry.Limit
                    )
                {
                    Scope.Observer.Verbose($"The server does not answer as it should, asking again: {e.Message}");
                    await Task.Delay(Pause, Scope.Time, cancellationToken);
                }
            }
        }
        finally
        {
            await Drains.LeaveAsync();
            Scope.Observer.Progress(new(context.Key, $"Updating pool {context.Request.Pool}", "", 100, true));
        }
    }

    /// <summary>Records the progress since the last step. Only while the Lease is held.</summary>
    public Task RecordAsync(CancellationToken cancellationToken) => Drains.RecordAsync(cancellationToken);

    /// <summary>The maximum wait before the next step; null: completed.</summary>
    protected abstract Task<TimeSpan?> StepAsync(CancellationToken cancellationToken);

    /// <summary>Removes the update's mark from the pool.</summary>
    protected abstract Task UnmarkAsync(CancellationToken cancellationToken);

    /// <summary>True if a retry may succeed.</summary>
    protected virtual bool IsTransient(Exception exception) => TransientFailure.Is(exception);

    /// <summary>Applies the users' requests to drains, and records completed ones.</summary>
    /// <returns>True if one has completed.</returns>
    protected async Task<bool> UpdateDrainsAsync(PoolUpdateLimits limits, CancellationToken cancellationToken)
    {
        if (limits.IsPaused)
            await Drains.StopAsync(cancellationToken);
        else
            Drains.Limit(limits.DrainTimeout);
        return await Drains.CollectAsync(limits.DrainTimeout, limits.IsPaused, cancellationToken);
    }

    /// <summary>Why no further node is drained; null: new nodes are healthy, or their health does not count.</summary>
    /// <param name="obstacle">Why there is no rollback; empty: it is possible.</param>
    protected async Task<string?> IsHeldUpAsync(GateVerdict verdict, string obstacle, CancellationToken cancellationToken)
    {
        if (verdict.Problems.Count == 0)
        {
            await ProgressLog.SetAsync(static state => state with { UnhealthySince = null }, cancellationToken);
            return null;
        }

        string problems = $"New nodes are not healthy: {NameList.Of(verdict.Problems, 3)}";
        PoolUpdateFailureAction action = ProgressLog.Record.Options.OnUnhealthy;
        if (action == PoolUpdateFailureAction.Continue)
        {
            if (!_isWarned)
                Scope.Observer.Warning(problems);
            _isWarned = true;
            return null;
        }

        DateTimeOffset since = ProgressLog.State.UnhealthySince ?? Scope.Now;
        await ProgressLog.SetAsync(state => state with { UnhealthySince = since }, cancellationToken);
        if (!verdict.IsFinal && Scope.Now - since < ProgressLog.Record.Options.HealthGrace)
            return problems;
        Gate.Invalidate();
        if (action == PoolUpdateFailureAction.Rollback && obstacle.Length == 0)
        {
            await TurnAsync(problems, cancellationToken);
            return problems;
        }

        string why = action == PoolUpdateFailureAction.Rollback ? $"{problems} {obstacle}" : problems;
        await PauseAsync(why, cancellationToken);
        return why;
    }

    /// <summary>Pauses the update until a user decides.</summary>
    protected virtual async Task PauseAsync(string why, CancellationToken cancellationToken)
    {
        Scope.Observer.Warning($"The update of pool {context.Request.Pool} is paused. {why}");
        await Drains.StopAsync(cancellationToken);
        await ProgressLog.SetAsync(static state => state with { UnhealthySince = null }, cancellationToken);
        await ProgressLog.ControlAsync(RollControl.PausedKey, why, cancellationToken);
        await context.CatchUpAsync(cancellationToken);
    }

    protected async Task<TimeSpan?> TurnAsync(string why, CancellationToken cancellationToken)
    {
        Scope.Observer.Warning($"The update of pool {context.Request.Pool} is rolled back. {why}");
        await Drains.StopAsync(cancellationToken);
        await ProgressLog.SetAsync(
            state =>
                state with
                {
                    IsBack = true,
                    IsTurned = false,
                    HasBegun = false,
                    DrainedAt = null,
                    UnhealthySince = null,
                    Status = NodePoolUpdateStatus.Running,
                    Message = why,
                },
            cancellationToken
        );
        return TimeSpan.Zero;
    }

    /// <param name="ready">The number of Ready new nodes.</param>
    protected Task<TimeSpan?> EndAsync(int ready, CancellationToken cancellationToken)
    {
        List<RollNode> remaining =
        [
            .. ProgressLog.Old.Where(static one =>
                one.Status is not NodePoolUpdateNodeStatus.Removed and not NodePoolUpdateNodeStatus.Kept
            ),
        ];
        List<RollNode> skipped = remaining.FindAll(static one => one.Status == NodePoolUpdateNodeStatus.Skipped) is { Count: > 0 } found
            ? found
            : remaining;
        string status =
            remaining.Count > 0 ? NodePoolUpdateStatus.Incomplete
            : ProgressLog.State.IsBack ? NodePoolUpdateStatus.RolledBack
            : NodePoolUpdateStatus.Completed;
        string message =
            skipped.Count == 0 ? ""
            : skipped.Count == 1 ? $"Node {skipped[0].Node} could not be drained: {skipped[0].Message}"
            : $"{skipped.Count} nodes could not be drained: {NameList.Of(skipped.Select(static one => one.Node))}.";
        return EndAsync(status, message, cancellationToken, ready);
    }

    protected async Task<TimeSpan?> EndAsync(string status, string message, CancellationToken cancellationToken, int? ready = null)
    {
        await Drains.StopAsync(cancellationToken);
        if (status == NodePoolUpdateStatus.Stopped)
        {
            List<RollNode> kept =
            [
                .. ProgressLog.All.Where(static one =>
                    one.Status is not NodePoolUpdateNodeStatus.Removing and not NodePoolUpdateNodeStatus.Removed
                ),
            ];
            await Holds.ReleaseAsync(kept, cancellationToken);
            foreach (RollNode node in kept)
                await ProgressLog.UpdateAsync(
                    node.Uid,
                    static one => one with { Status = NodePoolUpdateNodeStatus.Kept, DrainedSince = null },
                    cancellationToken
                );
        }

        // The pool first: a client that observes the end must find the pool unmarked.
        await UnmarkAsync(cancellationToken);
        if (message.Length == 0 && ProgressLog.State.IsBack)
            message = ProgressLog.State.Message;
        await ProgressLog.SetAsync(
            state => state with { Status = status, Message = message, EndedAt = Scope.Now, Ready = ready ?? state.Ready },
            cancellationToken
        );
        return null;
    }

    protected async Task ReportAsync(string status, string message, int ready, CancellationToken cancellationToken)
    {
        // A rollback keeps its reason.
        await ProgressLog.SetAsync(
            state =>
                state with
                {
                    Status = status,
                    Ready = ready,
                    Message = state.IsBack && status == NodePoolUpdateStatus.Running ? state.Message : message,
                },
            cancellationToken
        );
        int total = ProgressLog.Old.Count,
            done = ProgressLog.Old.Count(static one => one.Status == NodePoolUpdateNodeStatus.Removed),
            skipped = ProgressLog.Old.Count(static one => one.Status == NodePoolUpdateNodeStatus.Skipped);
        Scope.Observer.Progress(
            new(
                context.Key,
                $"{(ProgressLog.State.IsBack ? "Rolling back" : "Updating")} pool {context.Request.Pool}",
                $"{done} of {total} nodes replaced{(skipped > 0 ? $", {skipped} skipped" : "")}{(message.Length > 0 ? $". {message}" : "")}",
                total == 0 ? 100 : 100 * done / total
            )
        );
    }

    /// <summary>Another run holds it, so that it was not cordoned.</summary>
    protected static bool IsHeldByAnother(RollNode node, RollNode before) =>
        node.Status == NodePoolUpdateNodeStatus.Skipped && node.Attempts > before.Attempts;
}

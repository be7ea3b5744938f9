using NodeManager.Controllers.Caching;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Drains.Budgets;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;
using NodeManager.Drains.Progress;
using NodeManager.Drains.Reporting;
using NodeManager.Kubernetes.Timing;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Evictions;

/// <summary>
/// Removes one pod at a time: sends requests until the server accepts, then waits until the pod is gone. One for each node.
/// </summary>
internal sealed class PodEvictor(
    DrainScope scope,
    ObjectCache<Pod> pods,
    EvictionMeans means,
    StuckPods stuck,
    NodeLockHold hold,
    DrainProgress progress,
    Action<string> warn
)
{
    // The retry delay if a PDB status changes without a watch event (the watch is interrupted or forbidden).
    private static readonly TimeSpan BudgetPollInterval = TimeSpan.FromSeconds(10);
    private readonly EvictionSender _requests = new(scope);

    /// <summary>Evicts or deletes the pod and waits until it is gone.</summary>
    /// <exception cref="DrainStoppedException">The node cannot be drained.</exception>
    public async Task EvictAsync(PodRecord record, CancellationToken cancellationToken)
    {
        await pods.Synced.WaitAsync(cancellationToken);
        if (scope.Options.WaitForJob is { } timeout && record.Pod.IsOfJob())
            await WaitForJobAsync(record, timeout, cancellationToken);
        if (!await means.Workloads.WaitAsync(record, pods, means.Budgets, progress.Changed, warn, cancellationToken))
            return;
        Attempts attempts = new();
        // Reads the current pod before each request: evicting another pod of its name would use that pod's budget for minutes.
        while (pods.Find(record.Plan.Uid) is { } pod && !pod.IsTerminating())
        {
            await hold.ConfirmAsync(cancellationToken);
            if (await means.Surge.ReplaceAsync(record, pods, progress.Changed, warn, cancellationToken))
            {
                await WaitUntilGoneAsync(record, DrainPodOutcome.Replaced, cancellationToken);
                return;
            }

            if (means.Requests.AppliesTo(record, pod))
            {
                if (await RequestAsync(record, pod, cancellationToken) != RequestEnd.FellBack)
                    return;
                continue;
            }

            if (await TryRemoveAsync(record, pod, attempts, cancellationToken))
                return;
        }

        await WaitUntilGoneAsync(record, record.IsAccepted ? Removed(attempts.Mode) : DrainPodOutcome.Gone, cancellationToken);
    }

    // Queues and sends one request. True when no further request is needed.
    private async Task<bool> TryRemoveAsync(PodRecord record, Pod pod, Attempts attempts, CancellationToken cancellationToken)
    {
        using OverrideTurn? overriding = IsOverdue(record) ? means.Overrides.TryBegin(record, pod) : null;
        bool deletes = overriding is not null || scope.Options.DisableEviction;
        attempts.Mode = deletes ? RemovalMode.Delete : RemovalMode.Evict;
        using BudgetQueueEntry ticket = deletes
            ? BudgetQueueEntry.Free(pod, record.Turn)
            : means.Budgets.Enter(pod, record.Turn, attempts.Refusal is not null);
        if (!ticket.Passed.IsCompleted)
        {
            await WaitInLineAsync(record, ticket, attempts.Refusal, cancellationToken);
            if (pods.Find(record.Plan.Uid)?.IsTerminating() != false)
                return false;
            if (IsOverdue(record) && means.Overrides.Observe(record, pod).Wait is null)
                return false;
        }

        // Held until the pod is gone if the server accepts; released if it refuses.
        using EvictionSlot slot = await scope.Slots.EnterAsync(record.Turn, cancellationToken);
        if (overriding is not null)
            warn(
                $"Pod {record.Title}: PDB {string.Join(" and ", record.Budgets)} has refused for {(scope.Now - record.HeldAt)?.TotalSeconds:0} s; deleting the pod without respecting the PDB."
            );
        // Deletions do not use the budget's allowance.
        if (deletes)
            ticket.Dispose();
        EvictionAnswer? answer = await _requests.SendRequestAsync(record, ticket, attempts.Mode, progress.Changed, cancellationToken);
        if (answer is not null)
        {
            slot.Dispose();
            return await HandleAsync(record, pod, answer, attempts, cancellationToken);
        }

        record.IsAccepted = true;
        // Also if the pod is already gone from the cache.
        record.RecordTermination(scope.Now);
        overriding?.Deleted();
        if (deletes)
            record.RecordForce(scope.Options.DisableEviction ? DrainForce.NoEviction : DrainForce.Budget);
        Verbose($"Pod {record.Title}: {(deletes ? "deletion" : "eviction")} accepted.");
        await WaitUntilGoneAsync(record, Removed(attempts.Mode), cancellationToken);
        return true;
    }

    // Waits as the answer requires. True when no further request is needed.
    private async Task<bool> HandleAsync(
        PodRecord record,
        Pod pod,
        EvictionAnswer answer,
        Attempts attempts,
        CancellationToken cancellationToken
    )
    {
        attempts.Add(answer, scope.Now);
        switch (answer.Kind)
        {
            case EvictionAnswerKind.Gone:
                End(record, record.IsAccepted ? Removed(attempts.Mode) : DrainPodOutcome.Gone, "The pod terminated before it was evicted.");
                return true;
            case EvictionAnswerKind.BudgetRefuses or EvictionAnswerKind.SeveralBudgets:
                RecordBlock(record, pod, answer);
                return scope.Options.Once;
            case EvictionAnswerKind.Later when scope.Options.Once:
                End(record, DrainPodOutcome.Failed, answer.Message);
                return true;
            case EvictionAnswerKind.NamespaceTerminating:
                record.RecordWait(
                    $"namespace {record.Plan.Namespace} to be deleted",
                    "The pod's namespace is being deleted.",
                    DrainStep.Terminate,
                    $"namespace {record.Plan.Namespace}",
                    scope.Now
                );
                Verbose($"Pod {record.Title}: its namespace is being deleted; waiting for the pod to terminate.");
                await WaitUntilGoneAsync(record, DrainPodOutcome.Gone, cancellationToken);
                return true;
            case EvictionAnswerKind.Later:
                record.RecordWait("the API server to accept it", answer.Message, DrainStep.Server, answer.Message, scope.Now);
                Verbose($"Pod {record.Title}: the API server delays the request: {answer.Message}");
                await WaitAsAskedAsync(record, answer.RetryAfter ?? TimeSpan.FromSeconds(1), cancellationToken);
                return false;
            case EvictionAnswerKind.Conflict:
                await WaitForChangeAsync(record, attempts.NextPause(), cancellationToken);
                return false;
            case EvictionAnswerKind.Unreachable when attempts.MayRecover(scope.Now):
                // The request may have been applied: a pod that terminates now does so because of it.
                record.IsAccepted = true;
                record.RecordWait("the API server to answer", answer.Message, DrainStep.Server, answer.Message, scope.Now);
                Verbose($"Pod {record.Title}: no answer, retrying: {answer.Message}");
                if (answer.IsUnanswered)
                    scope.WarnOnce("Server", $"The API server does not answer; the drain continues when it answers. {answer.Message}");
                await WaitForChangeAsync(record, attempts.NextPause(), cancellationToken);
                return false;
            default:
                Stop(record, answer, attempts.Mode);
                return false;
        }
    }

    private async Task<RequestEnd> RequestAsync(PodRecord record, Pod pod, CancellationToken cancellationToken)
    {
        using EvictionSlot slot = await scope.Slots.EnterAsync(record.Turn, cancellationToken);
        record.RecordRequest(scope.Now, "EvictionRequest");
        progress.Changed();
        return await means.Requests.EvictAsync(
            record,
            pod,
            pods,
            progress.Changed,
            () => WaitUntilGoneAsync(record, DrainPodOutcome.Evicted, cancellationToken),
            warn,
            cancellationToken
        );
    }

    /// <summary>Waits until a terminating pod is gone, or overdue for longer than the user's limit.</summary>
    public async Task WaitUntilGoneAsync(PodRecord record, string outcome, CancellationToken cancellationToken)
    {
        await pods.Synced.WaitAsync(cancellationToken);
        while (true)
        {
            (Pod? pod, Task changed) = pods.Observe(record.Plan.Uid);
            if (pod is null)
            {
                if (record.Forced.Count > 0)
                    End(record, DrainPodOutcome.Deleted, $"Force-deleted: {string.Join(", ", record.Forced)}.");
                else
                    End(
                        record,
                        outcome,
                        outcome == DrainPodOutcome.Gone ? "The pod terminated before it was evicted." : record.Plan.Reason
                    );
                return;
            }

            record.RecordTermination(scope.Now);
            progress.Changed();
            TimeSpan? timeout =
                scope.Options.SkipWaitForDeleteTimeout is { } skip && skip > TimeSpan.Zero ? skip - pod.Overdue(scope.ServerNow) : null;
            TimeSpan? force = stuck.Remaining(record, pod);
            List<Task> events = [changed];
            if (timeout < TimeSpan.Zero)
            {
                End(
                    record,
                    DrainPodOutcome.Skipped,
                    $"Still terminating {pod.Overdue(scope.ServerNow)?.TotalSeconds:0} s after its grace period; not waiting any longer."
                );
                return;
            }

            if (force < TimeSpan.Zero)
            {
                await hold.ConfirmAsync(cancellationToken);
                events.Add(await stuck.ForceAsync(record, pod, cancellationToken));
                force = null;
            }

            TimeSpan? soonest = timeout is null || force < timeout ? force : timeout;
            await scope.Time.WaitForChangeAsync(events, soonest + TimeSpan.FromMilliseconds(1), cancellationToken);
        }
    }

    // Completes when the pod has completed, is terminating, or the timeout has expired.
    private async Task WaitForJobAsync(PodRecord record, TimeSpan timeout, CancellationToken cancellationToken)
    {
        DateTimeOffset since = scope.Now;
        while (true)
        {
            (Pod? pod, Task changed) = pods.Observe(record.Plan.Uid);
            if (pod is null || pod.IsFinished() || pod.IsTerminating())
                return;
            TimeSpan remaining = timeout - (scope.Now - since);
            if (remaining <= TimeSpan.Zero)
            {
                warn($"Pod {record.Title}: its Job did not complete within {timeout.TotalSeconds:0} s; evicting the pod.");
                return;
            }

            record.RecordWait("Jobs to complete", "The Job of the pod is running.", DrainStep.Job, record.Plan.Owner, scope.Now);
            progress.Changed();
            await scope.Time.WaitForChangeAsync([changed], remaining, cancellationToken);
        }
    }

    private static string Removed(RemovalMode mode) => mode == RemovalMode.Delete ? DrainPodOutcome.Deleted : DrainPodOutcome.Evicted;

    private bool IsOverdue(PodRecord record) => RemainingOverride(record) <= TimeSpan.Zero;

    // The remaining wait for the budget; null: no limit.
    private TimeSpan? RemainingOverride(PodRecord record) => scope.Options.OverrideBudgetAfter - (scope.Now - record.HeldAt);

    // Completes when a request may be sent: the budget lets the pod pass, the pod bypasses budgets, or the poll interval has passed.
    private async Task WaitInLineAsync(
        PodRecord record,
        BudgetQueueEntry ticket,
        EvictionAnswer? refusal,
        CancellationToken cancellationToken
    )
    {
        Pod asked = ticket.Pod;
        if (refusal is null)
            RecordBlock(record, asked, null);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task enough =
            RemainingOverride(record) is { } remaining && remaining < BudgetPollInterval && remaining > TimeSpan.Zero
                ? scope.Time.DelayAsync(remaining, done.Token)
                : scope.DelayAsync(BudgetPollInterval, done.Token);
        while (true)
        {
            (Pod? now, Task changed) = pods.Observe(record.Plan.Uid);
            if (now is null || BudgetRules.Bypasses(now) || (asked.IsReady() && !now.IsReady()))
                break;
            (string? others, Task moved) = IsOverdue(record)
                ? means.Overrides.Observe(record, now)
                : ("", Task.Delay(Timeout.InfiniteTimeSpan, scope.Time, done.Token));
            if (others is null)
                break;
            if (others.Length > 0)
                record.RecordWaitForDeletions(others);
            Task first = await Task.WhenAny(ticket.Passed, changed, enough, moved);
            if (first == ticket.Passed || first == enough)
                break;
            await first;
        }

        await done.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    // A budget blocks the pod: the server refused, or (null) other pods go first.
    private void RecordBlock(PodRecord record, Pod pod, EvictionAnswer? answer)
    {
        IReadOnlyList<PodDisruptionBudget> covering = means.Budgets.Covering(pod);
        IReadOnlyList<string> names = [.. covering.Select(BudgetRules.Title)];
        record.RecordBlockingBudgets(
            names,
            answer?.Kind switch
            {
                null => "Queued: the PDB allows no further disruptions right now.",
                EvictionAnswerKind.SeveralBudgets => SeveralBudgets.OfPod(names),
                _ => answer.Message,
            },
            scope.Now
        );
        string known = string.Join("; ", covering.Select(b => BudgetRules.Describe(b)).Select(b => $" [{b}; selector {b.Selector}]"));
        Verbose($"Pod {record.Title}: {(answer is null ? "" : "refused, ")}waiting for {record.WaitsFor}: {record.Reason}{known}");
        progress.Changed();
    }

    private Task WaitForChangeAsync(PodRecord record, TimeSpan atMost, CancellationToken cancellationToken)
    {
        progress.Changed();
        (Pod? now, Task changed) = pods.Observe(record.Plan.Uid);
        TimeSpan jittered = atMost * (0.9 + (Random.Shared.NextDouble() * 0.2));
        return now is null || now.IsTerminating()
            ? Task.CompletedTask
            : scope.Time.WaitForChangeAsync([changed], jittered, cancellationToken);
    }

    // Waits for the server's Retry-After, unless no other pod remains.
    private async Task WaitAsAskedAsync(PodRecord record, TimeSpan asked, CancellationToken cancellationToken)
    {
        progress.Changed();
        DateTimeOffset until = scope.Now + (asked * (1 + (Random.Shared.NextDouble() * 0.1)));
        while (until - scope.Now is { Ticks: > 0 } remaining)
        {
            (Pod? now, Task changed) = pods.Observe(record.Plan.Uid);
            if (now is null || now.IsTerminating())
                return;
            await scope.Time.WaitForChangeAsync([changed], remaining, cancellationToken);
        }
    }

    private void End(PodRecord record, string outcome, string reason)
    {
        record.End(outcome, reason, scope.Now);
        Verbose($"Pod {record.Title}: {outcome}.");
        progress.Changed();
    }

    private void Stop(PodRecord record, EvictionAnswer answer, RemovalMode mode)
    {
        bool isForbidden = answer.Kind == EvictionAnswerKind.Forbidden;
        record.End(DrainPodOutcome.Failed, answer.Message, scope.Now);
        string verb = mode == RemovalMode.Delete ? "delete pods" : "create pods/eviction";
        throw new DrainStoppedException(
            new()
            {
                Kind = isForbidden ? "Permission" : "Server",
                Name = isForbidden ? $"{verb} in namespace {record.Plan.Namespace}" : record.Title,
                Message = isForbidden
                    ? $"Permission denied: cannot {verb} in namespace {record.Plan.Namespace}: {answer.Message}"
                    : answer.Message,
                Pods = new([record.Title]),
            }
        );
    }

    private void Verbose(string message) => scope.Observer.Verbose(message);
}

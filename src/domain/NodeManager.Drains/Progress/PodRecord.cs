using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Progress;

/// <summary>The progress of a pod. Written by the one task that works on the pod, read for progress reports.</summary>
internal sealed class PodRecord(PlannedPod planned)
{
    private readonly SortedSet<string> _budgets = new(StringComparer.Ordinal);
    private readonly List<string> _forced = [];
    private Func<string>? _latestReason;

    public StepLog Steps { get; } = new();

    public NodeDrainPlanPod Plan { get; } = planned.Plan;

    public Pod Pod { get; } = planned.Pod;

    public DrainTurn Turn { get; init; }

    public string Title => Pod.Key();

    /// <summary>See <see cref="DrainPodOutcome"/>; null while it is worked on.</summary>
    public string? Outcome { get; private set; }

    public string Reason
    {
        get => _latestReason?.Invoke() ?? field;
        private set => (field, _latestReason) = (value, null);
    } = planned.Plan.Reason;

    public int Attempts { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>True once the server has accepted (or may have accepted) the removal.</summary>
    public bool IsAccepted { get; set; }

    /// <summary>True if every report says that the pod is gone.</summary>
    public bool IsReportedGone =>
        Outcome is DrainPodOutcome.Evicted or DrainPodOutcome.Deleted or DrainPodOutcome.Gone or DrainPodOutcome.Replaced;

    public IReadOnlyList<string> BlockedBy { get; private set; } = [];

    public string WaitsFor { get; private set; } = "";

    public IReadOnlyList<string> Budgets => [.. _budgets];

    /// <summary>When a budget first blocked it; null if none did.</summary>
    public DateTimeOffset? HeldAt { get; private set; }

    public IReadOnlyList<string> Forced => _forced;

    /// <summary>Why it was not force-deleted when its time was up; null otherwise.</summary>
    public string? ForceRefusal { get; set; }

    /// <summary>The responder that currently handles its EvictionRequest; empty without.</summary>
    public string Responder => Steps.Current == DrainStep.Responder ? Steps.CurrentDetail : "";

    /// <summary>The workload without a PDB whose replacements it waits for, as <c>Kind namespace/name</c>; empty without.</summary>
    public string Workload => Steps.Current == DrainStep.Workload ? Steps.CurrentDetail : "";

    /// <summary>True if its EvictionRequest failed, so that it is evicted by the subresource.</summary>
    public bool HasFallenBack { get; set; }

    /// <summary>The responders of its EvictionRequest, as last reported.</summary>
    public IReadOnlyList<NodeDrainResponder> Responders { get; set; } = [];

    /// <summary>
    /// Completes when the outcome of its EvictionRequest is known and the request is deleted; null unless an EvictionRequest removed the
    /// pod. Never faults.
    /// </summary>
    public Task? Conclusion { get; set; }

    /// <summary>
    /// Completes when the requests end that were unanswered when another request removed the pod; null without any. Never faults.
    /// </summary>
    public Task? PendingRequests { get; set; }

    /// <summary>Why its Deployment was not restarted, as last judged; null otherwise.</summary>
    public string? SurgeRefusal { get; set; }

    /// <summary>False if it is certain that no removal was accepted: a budget refused each request, or there was none.</summary>
    public bool MayLeave =>
        Plan.Decision == DrainDecision.Evict
        && (IsAccepted || IsReportedGone || Rollout is not null || Responder.Length > 0 || (Attempts > 0 && BlockedBy.Count == 0));

    public void RecordForce(string how)
    {
        if (!_forced.Contains(how))
            _forced.Add(how);
    }

    /// <summary>Records a request. A refusing budget blocks the pod until the server says otherwise: no answer may come.</summary>
    public void RecordRequest(DateTimeOffset now, string how = "")
    {
        Attempts++;
        StartedAt ??= now;
        Steps.BeginIfIdle(DrainStep.Request, how, now);
        if (BlockedBy.Count == 0)
            WaitsFor = "";
    }

    public void RecordBlockingBudgets(IReadOnlyList<string> budgets, string reason, DateTimeOffset now)
    {
        HeldAt ??= now;
        _budgets.UnionWith(budgets);
        BlockedBy = budgets;
        Reason = reason;
        WaitsFor = $"PDB {string.Join(" and ", budgets)}";
        Steps.Begin(DrainStep.Budget, string.Join(" and ", budgets), now);
    }

    /// <summary>The budget has blocked it long enough for a deletion, and other pods are first.</summary>
    public void RecordWaitForDeletions(string others)
    {
        WaitsFor = others;
        Reason =
            $"PDB {string.Join(" and ", _budgets)} has refused for longer than the drain waits. Pods are deleted one at a time; waiting for {others}.";
    }

    /// <summary>The rollout that replaces it; null without.</summary>
    public NodeDrainBlocker? Rollout { get; private set; }

    public void RecordRollout(NodeDrainBlocker rollout, DateTimeOffset now)
    {
        Rollout = rollout;
        RecordWait($"the rollout of {rollout.Name}", rollout.Message, DrainStep.Surge, rollout.Name, now);
    }

    public void RecordWait(string what, string reason, string step, string detail, DateTimeOffset now)
    {
        Steps.Begin(step, detail, now);
        BlockedBy = [];
        WaitsFor = what;
        Reason = reason;
    }

    /// <summary>A wait whose reason changes so often that it is only put into words when it is read.</summary>
    public void RecordWait(string what, Func<string> reason, string step, string detail, DateTimeOffset now)
    {
        RecordWait(what, "", step, detail, now);
        _latestReason = reason;
    }

    public void RecordTermination(DateTimeOffset now)
    {
        if (Steps.Current != DrainStep.Terminate)
            RecordWait("pods to terminate", "Terminating.", DrainStep.Terminate, "", now);
    }

    public void End(string outcome, string reason, DateTimeOffset now)
    {
        Outcome = outcome;
        Reason = reason;
        WaitsFor = "";
        BlockedBy = [];
        EndedAt = now;
        Steps.End(now);
    }
}

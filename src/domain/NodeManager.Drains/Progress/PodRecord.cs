using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Progress;

/// <summary>What has become of a pod so far. Written by the one task that works on the pod, read for progress.</summary>
internal sealed class PodRecord(PlannedPod planned)
{
    private readonly SortedSet<string> _budgets = new(StringComparer.Ordinal);
    private readonly List<string> _forced = [];

    /// <summary>What was done and waited for, and when.</summary>
    public StepLog Steps { get; } = new();

    public NodeDrainPlanPod Plan { get; } = planned.Plan;

    /// <summary>As it was planned.</summary>
    public Pod Pod { get; } = planned.Pod;

    /// <summary>Its place in the order of evictions.</summary>
    public DrainTurn Turn { get; init; }

    public string Title => Pod.Title();

    /// <summary>See <see cref="DrainPodOutcome"/>; null while it is worked on.</summary>
    public string? Outcome { get; private set; }

    public string Reason { get; private set; } = planned.Plan.Reason;

    public int Attempts { get; private set; }

    /// <summary>When the server was first asked; null before.</summary>
    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>True once the server has accepted (or may have accepted) that the pod goes.</summary>
    public bool IsAccepted { get; set; }

    /// <summary>True when every report says that the pod is gone.</summary>
    public bool IsSaidToBeGone =>
        Outcome is DrainPodOutcome.Evicted or DrainPodOutcome.Deleted or DrainPodOutcome.Gone or DrainPodOutcome.Replaced;

    /// <summary>The budgets that hold it now; empty when none does.</summary>
    public IReadOnlyList<string> BlockedBy { get; private set; } = [];

    /// <summary>What it waits for, for people; empty when for nothing.</summary>
    public string WaitsFor { get; private set; } = "";

    /// <summary>Every budget that held it at some time.</summary>
    public IReadOnlyList<string> Budgets => [.. _budgets];

    /// <summary>When a budget first held it; null as long as none has.</summary>
    public DateTimeOffset? HeldAt { get; private set; }

    /// <summary>See <see cref="DrainForce"/>.</summary>
    public IReadOnlyList<string> Forced => _forced;

    /// <summary>Why it was not removed by force though its time was up; null otherwise.</summary>
    public string? ForceRefusal { get; set; }

    /// <summary>The responder that works on its leaving now; empty without.</summary>
    public string Responder => Steps.Current == DrainStep.Responder ? Steps.CurrentDetail : "";

    /// <summary>True when asking by EvictionRequest led nowhere, so that it is evicted as always.</summary>
    public bool HasFallenBack { get; set; }

    /// <summary>Those who had a hand in its leaving, as last seen; empty unless it was asked for by EvictionRequest.</summary>
    public IReadOnlyList<NodeDrainResponder> Responders { get; set; } = [];

    /// <summary>Ends when the outcome of its EvictionRequest is known and the request is cleaned up; null unless an EvictionRequest removed the pod. Never faults.</summary>
    public Task? Concluding { get; set; }

    /// <summary>Ends when the requests end that were unanswered when another request removed the pod; null without any. Never faults.</summary>
    public Task? Unanswered { get; set; }

    /// <summary>Why its Deployment was not restarted for it, as last judged; null otherwise.</summary>
    public string? SurgeRefusal { get; set; }

    /// <summary>False when it is certain that nothing was done to remove it: a budget refused each request, or there was none.</summary>
    public bool MayLeave =>
        Plan.Decision == DrainDecision.Evict
        && (IsAccepted || IsSaidToBeGone || Rollout is not null || Responder.Length > 0 || (Attempts > 0 && BlockedBy.Count == 0));

    public void Force(string how)
    {
        if (!_forced.Contains(how))
            _forced.Add(how);
    }

    /// <summary>The server is asked. A budget that refused holds the pod until the server says otherwise: no answer may come any more.</summary>
    public void Attempt(DateTimeOffset now, string how = "")
    {
        Attempts++;
        StartedAt ??= now;
        Steps.BeginIfIdle(DrainStep.Request, how, now);
        if (BlockedBy.Count == 0)
            WaitsFor = "";
    }

    public void Held(IReadOnlyList<string> budgets, string reason, DateTimeOffset now)
    {
        HeldAt ??= now;
        _budgets.UnionWith(budgets);
        BlockedBy = budgets;
        Reason = reason;
        WaitsFor = $"PDB {string.Join(" and ", budgets)}";
        Steps.Begin(DrainStep.Budget, string.Join(" and ", budgets), now);
    }

    /// <summary>Its budget has held it for so long that it is to be deleted, and others come before.</summary>
    public void WaitsToBeDeleted(string others)
    {
        WaitsFor = others;
        Reason =
            $"PDB {string.Join(" and ", _budgets)} has refused for longer than the drain waits. Pods are deleted one at a time; waiting for {others}.";
    }

    /// <summary>The rollout that is to replace it, as far as it is; null without.</summary>
    public NodeDrainBlocker? Rollout { get; private set; }

    public void Surges(NodeDrainBlocker rollout, DateTimeOffset now)
    {
        Rollout = rollout;
        Waits($"the rollout of {rollout.Name}", rollout.Message, DrainStep.Surge, rollout.Name, now);
    }

    public void Waits(string what, string reason, string step, string detail, DateTimeOffset now)
    {
        Steps.Begin(step, detail, now);
        BlockedBy = [];
        WaitsFor = what;
        Reason = reason;
    }

    /// <summary>It is terminating.</summary>
    public void Terminates(DateTimeOffset now)
    {
        if (Steps.Current != DrainStep.Terminate)
            Waits("pods to terminate", "Terminating.", DrainStep.Terminate, "", now);
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

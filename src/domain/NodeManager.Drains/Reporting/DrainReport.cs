using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;
using NodeManager.Drains.Progress;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Reporting;

internal sealed record DrainReport
{
    public required NodeManagerSession Session { get; init; }

    public required PlannedNode Plan { get; init; }

    public required DrainEnd End { get; init; }

    public required IReadOnlyList<PodRecord> Records { get; init; }

    /// <summary>The pods as last reported on the node.</summary>
    public required Func<string, Pod?> LastSeen { get; init; }

    /// <summary>The budgets that still refuse, as last read, by <c>namespace/name</c>.</summary>
    public required IReadOnlyDictionary<string, PodBudget> Budgets { get; init; }

    /// <summary>Blockers that are neither pods nor budgets: permissions, refusals, attachments, the server.</summary>
    public required IReadOnlyList<NodeDrainBlocker> Blockers { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Whether the node was last known as cordoned, by this drain or before.</summary>
    public required bool WasCordoned { get; init; }

    public required FinalObservation FinalObservation { get; init; }

    /// <summary>True if this drain uncordoned the node again before a pod was evicted.</summary>
    public required bool IsWithdrawn { get; init; }

    /// <summary>Why another client cancelled it; null if none did.</summary>
    public NodeLockEnd? CalledOff { get; init; }

    /// <summary>The node as last reported by the watch; null if it is not watched.</summary>
    public Node? Watched { get; init; }

    public required string By { get; init; }

    public required string Reason { get; init; }

    public required IReadOnlyList<StepLog> NodeSteps { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    public IReadOnlyList<NodeDrainBlocker> Waits =>
        [.. RolloutBlockers(), .. ResponderBlockers(), .. WorkloadBlockers(), .. BudgetBlockers(), .. TerminationBlockers()];

    public NodeDrainResult Build()
    {
        List<NodeDrainPod> pods =
        [
            .. Records.Select(Describe).OrderBy(p => p.Namespace, StringComparer.Ordinal).ThenBy(p => p.Name, StringComparer.Ordinal),
        ];
        List<NodeDrainBlocker> blockers = [.. Blockers, .. Waits];
        int remaining = pods.Count(IsLeft);
        string status = StatusOf(remaining);
        (string summary, string message) = Sentences(pods, blockers, remaining);
        return new()
        {
            Session = Session,
            Cluster = Session.Cluster,
            Node = Plan.Name,
            NodeUid = Target.Uid,
            Status = status,
            CancelReason =
                End == DrainEnd.CalledOff ? CalledOff!.Reason
                : End == DrainEnd.Cancelled ? NodeDrainCancelReason.Interrupted
                : "",
            Pods = new(pods),
            Blockers = new(status == NodeDrainStatus.Drained ? [] : blockers),
            Warnings = new([.. Warnings.Distinct()]),
            Unselected = Plan.Unselected,
            Cordoned = IsCordoned && End != DrainEnd.NodeDeleted,
            By = By,
            Reason = Reason,
            StartedAt = StartedAt,
            Duration = EndedAt - StartedAt,
            Timeline = new([.. Timeline()]),
            Summary = summary,
            Message = message,
        };
    }

    private bool IsCordoned => !IsWithdrawn && FinalObservation.IsCordoned(WasCordoned);

    private string StatusOf(int remaining) =>
        End switch
        {
            DrainEnd.Complete => NodeDrainStatus.Drained,
            DrainEnd.NodeDeleted => remaining == 0 ? NodeDrainStatus.Drained : NodeDrainStatus.Failed,
            DrainEnd.Refused or DrainEnd.Held => NodeDrainStatus.Blocked,
            DrainEnd.TimedOut => NodeDrainStatus.TimedOut,
            DrainEnd.Cancelled or DrainEnd.CalledOff => NodeDrainStatus.Cancelled,
            _ => NodeDrainStatus.Failed,
        };

    private (string Summary, string Message) Sentences(List<NodeDrainPod> pods, List<NodeDrainBlocker> blockers, int remaining)
    {
        int removed = pods.Count(p => p.Outcome is DrainPodOutcome.Evicted or DrainPodOutcome.Deleted or DrainPodOutcome.Replaced);
        int gone = pods.Count(p => p.Outcome == DrainPodOutcome.Gone);
        int forced = pods.Count(p => p.Forced.Count > 0);
        string counts =
            $"{Pods(removed)} removed{(forced > 0 ? $" ({forced} force-deleted)" : "")}{(gone > 0 ? $", {gone} terminated before eviction" : "")}";
        string stays = IsWithdrawn ? "The node was uncordoned again, as no pod was evicted." : FinalObservation.Describe(WasCordoned);
        string holds =
            blockers.Count == 0
                ? ""
                : $" Blocked by: {string.Join("; ", blockers.Take(3).Select(b => b.ToString().TrimEnd('.')))}{(blockers.Count > 3 ? "; …" : "")}.";
        string progress = $"{counts}, {remaining} left.";
        string unselected = Plan.Unselected == 0 ? "" : $" {Pods(Plan.Unselected)} not selected and not evicted.";
        (string summary, string next) = End switch
        {
            DrainEnd.Complete => ($"Drained: {counts}.{Returned(pods)}{unselected}", WasCordoned && !IsCordoned ? " " + stays : ""),
            DrainEnd.NodeDeleted when remaining == 0 => ($"Drained: {counts}; then the node was deleted.", ""),
            DrainEnd.NodeDeleted => (
                $"The node was deleted during the drain: {progress} The cluster deletes the remaining pods without their grace period.",
                ""
            ),
            DrainEnd.Refused => ($"Nothing was changed.{holds}", $" {stays}"),
            DrainEnd.Held => ($"Tried once: {progress}{holds}", $" {stays} Run the drain again to retry."),
            DrainEnd.TimedOut => ($"Timed out: {progress}{holds}", $" {stays}"),
            DrainEnd.CalledOff => (
                $"Called off: {CalledOff!.Describe()} {progress}{DrainLeftovers.Describe(blockers)}",
                IsCordoned ? $" {stays}" : ""
            ),
            DrainEnd.Cancelled => (
                $"Interrupted: {progress}{DrainLeftovers.Describe(blockers)}",
                $" {stays}{(IsWithdrawn ? "" : " Run the drain again to continue.")}"
            ),
            _ => ($"Failed: {progress}{holds}", $" {stays}"),
        };
        return (summary, summary + next);
    }

    private static string Returned(List<NodeDrainPod> pods) =>
        pods.Count(p => p.Outcome == DrainPodOutcome.Returned) is > 0 and int count
            ? $" {Pods(count)} tolerate the cordon and were recreated on the node."
            : "";

    private static string Pods(int count) => count == 1 ? "1 pod" : $"{count} pods";

    private static bool IsLeft(NodeDrainPod pod) =>
        pod.Outcome
            is DrainPodOutcome.Terminating
                or DrainPodOutcome.Blocked
                or DrainPodOutcome.Refused
                or DrainPodOutcome.Failed
                or DrainPodOutcome.NotAttempted;

    private NodeTarget Target => new(Plan.Name, Plan.Node?.Metadata.Uid ?? "");

    private IEnumerable<NodeDrainStep> Timeline() =>
        NodeSteps
            .SelectMany(s => s.Describe(Session, Target, "", EndedAt))
            .Concat(Records.SelectMany(r => r.Steps.Describe(Session, Target, r.Title, EndedAt, r.Responders)))
            .OrderBy(s => s.StartedAt)
            .ThenBy(s => s.Pod, StringComparer.Ordinal);

    private NodeDrainPod Describe(PodRecord record) =>
        new()
        {
            Session = Session,
            Cluster = Session.Cluster,
            Node = Plan.Name,
            NodeUid = Target.Uid,
            Namespace = record.Plan.Namespace,
            Name = record.Plan.Name,
            Uid = record.Plan.Uid,
            Owner = record.Plan.Owner,
            Outcome = OutcomeOf(record),
            Reason = record is { Outcome: null, Attempts: > 0, WaitsFor: "" }
                ? "The drain ended before the server answered."
                : record.Reason,
            Budgets = new([.. record.Budgets]),
            Forced = new([.. record.Forced]),
            Responders = new([.. record.Responders]),
            Attempts = record.Attempts,
            StartedAt = record.Steps.StartedAt,
            EndedAt = record.EndedAt,
            Duration = record.Steps.StartedAt is { } started ? (record.EndedAt ?? EndedAt) - started : null,
        };

    private string OutcomeOf(PodRecord record)
    {
        if (record.Outcome is { } outcome)
            return outcome;
        if (record.Plan.Decision == DrainDecision.Refuse)
            return DrainPodOutcome.Refused;
        if (record.Plan.Decision == DrainDecision.Skip)
            return DrainPodOutcome.Skipped;
        if (IsHeld(record) || record.Responder.Length > 0 || record.Workload.Length > 0)
            return DrainPodOutcome.Blocked;
        if (record.IsAccepted || record.Plan.Decision == DrainDecision.Wait || IsTerminating(record))
            return DrainPodOutcome.Terminating;
        return record.Attempts > 0 ? DrainPodOutcome.Failed : DrainPodOutcome.NotAttempted;
    }

    // The response to the last request may be lost: a terminating pod was evicted.
    private bool IsHeld(PodRecord record) => record.Outcome is null && record.BlockedBy.Count > 0 && !IsTerminating(record);

    private bool IsTerminating(PodRecord record) => LastSeen(record.Plan.Uid)?.IsTerminating() == true;

    private IEnumerable<NodeDrainBlocker> RolloutBlockers() =>
        Records
            .Where(r => r.Outcome is null)
            .Select(r => r.Rollout)
            .OfType<NodeDrainBlocker>()
            .DistinctBy(b => b.Name)
            .ExceptBy(Blockers.Select(b => b.Name), b => b.Name);

    private IEnumerable<NodeDrainBlocker> ResponderBlockers() =>
        from record in Records
        where record.Outcome is null && record.Responder.Length > 0
        group record by (record.Responder, record.Reason) into held
        orderby held.Key.Responder
        select new NodeDrainBlocker
        {
            Kind = "Responder",
            Name = held.Key.Responder,
            Message = held.Key.Reason,
            Pods = new([.. held.Select(r => r.Title).Order(StringComparer.Ordinal)]),
            Remedy = "Check why it does not complete. To evict without EvictionRequests, select the Eviction API.",
        };

    private IEnumerable<NodeDrainBlocker> WorkloadBlockers() =>
        from record in Records
        where record.Outcome is null && record.Workload.Length > 0
        group record by record.Workload into held
        orderby held.Key
        select new NodeDrainBlocker
        {
            Kind = "Workload",
            Name = held.Key,
            Message = held.First().Reason,
            Outlook = BudgetOutlook.Slow,
            Pods = new([.. held.Select(r => r.Title).Order(StringComparer.Ordinal)]),
            Remedy = "The drain continues when replacements are ready, or after WorkloadWait. WorkloadMaxUnavailable Off lifts the limit.",
        };

    private IEnumerable<NodeDrainBlocker> BudgetBlockers() =>
        from record in Records
        where IsHeld(record) && FinalObservation.Failure is null
        from budget in record.BlockedBy
        group record by budget into held
        orderby held.Key
        select BudgetBlockerRules.Of(held.Key, [.. held], Budgets.GetValueOrDefault(held.Key));

    private static bool HasEnded(Pod pod) =>
        pod.IsFinished()
        || (
            pod.Status.ContainerStatuses is { Count: > 0 } containers
            && containers.TrueForAll(static one => one.State?.Terminated is not null)
        );

    private IEnumerable<NodeDrainBlocker> TerminationBlockers()
    {
        foreach (PodRecord record in Records.Where(r => r.Outcome is null && OutcomeOf(r) == DrainPodOutcome.Terminating))
        {
            // A request that was never answered may have been accepted: nothing shows that as long as the server is silent.
            if (LastSeen(record.Plan.Uid) is not { } pod || (FinalObservation.Failure is not null && !pod.IsTerminating()))
                continue;
            // deletionTimestamp is the end of the grace period; the request was that period before.
            DateTimeOffset? since =
                pod.Metadata.DeletionTimestamp - TimeSpan.FromSeconds(Math.Min(pod.Metadata.DeletionGracePeriodSeconds ?? 0, int.MaxValue));
            string howLong = since is { } asked
                ? $"terminating for {Math.Max(0, (EndedAt - asked).TotalSeconds):0} s"
                : "accepted, but not terminating yet";
            string grace = pod.Metadata.DeletionGracePeriodSeconds is { } seconds ? $", grace period {seconds} s" : "";
            string finalizers = pod.Metadata.Finalizers is { Count: > 0 } names
                ? $", held by finalizers {string.Join(", ", names)}{(HasEnded(pod) ? "; its containers have ended" : "")}"
                : "";
            string? trouble =
                finalizers.Length > 0 && HasEnded(pod) ? null : KubeletRules.Trouble(FinalObservation.Node ?? Watched ?? Plan.Node);
            string remedy = "";
            if (record.ForceRefusal is null && trouble is not null)
                remedy = KubeletRules.Remedy;
            else if (record.ForceRefusal is not null && finalizers.Length == 0)
                remedy = ForceRules.Remedy;
            yield return new()
            {
                Kind = "Termination",
                Name = record.Title,
                Message =
                    howLong
                    + grace
                    + finalizers
                    + (trouble is null ? "" : $". {trouble}")
                    + (record.ForceRefusal is { } refusal ? $"{(trouble is null ? ". " : " ")}{refusal}" : ""),
                Remedy = remedy,
                Pods = new([record.Title]),
            };
        }
    }
}

using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Claims;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Monitoring.Repair.Decisions;

/// <summary>Decides which nodes a policy repairs, and why not the others; <see cref="RepairBrake"/> limits how many concurrently.</summary>
internal sealed class RepairJudge(RepairPolicy policy)
{
    private readonly Predicate<string> _isCause = NamePattern.Any(policy.Causes);

    public RepairVerdict Judge(RepairSubject subject, DateTimeOffset now)
    {
        NodeFinding? finding = FindingOf(subject.Findings);
        RepairVerdict? taken = Taken(subject);
        if (finding is null)
        {
            bool isDown = IsDown(subject.Findings);
            if (taken is not null)
                return taken with { IsDown = isDown };
            bool isLeft = subject.Claim is { } former && former.Run != subject.Run;
            return new(
                NodeRepairReason.Healthy,
                isLeft ? "Healthy. An earlier repair did not release it." : "It has no fault that the policy repairs."
            )
            {
                IsToBeReleased = isLeft && subject.IsCandidate && !isDown,
                IsDown = isDown,
            };
        }

        if (subject.IsReplaced)
            return new(NodeRepairReason.NodeGone, "Another node has registered under this name.") { Finding = finding };
        if (taken is not null && !(taken.Reason == NodeRepairReason.Cordoned && policy.IncludeCordoned))
            return taken with { Finding = finding };
        if (subject.IsControlPlane && !policy.IncludeControlPlane)
            return new(NodeRepairReason.ControlPlane, "Control-plane node: the policy excludes it.") { Finding = finding };
        if (subject.FailedUntil is { } until && until > now)
        {
            return new(NodeRepairReason.FailedBefore, "Its last repair failed, and it has not been healthy since.")
            {
                Finding = finding,
                Due = until == DateTimeOffset.MaxValue ? null : until,
            };
        }

        if (subject.RepairedAt + policy.CoolDown is { } allowedAt && allowedAt > now)
            return new(NodeRepairReason.RecentlyRepaired, $"It was repaired less than {HumanDuration.Format(policy.CoolDown)} ago.")
            {
                Finding = finding,
                Due = allowedAt,
            };
        if ((subject.SinceOf(finding) ?? subject.SeenSince) is { } since && since + policy.UnhealthyFor is var ripe && ripe > now)
        {
            return new(
                NodeRepairReason.TooRecent,
                $"{finding.Message} The policy waits until this has lasted {HumanDuration.Format(policy.UnhealthyFor)}."
            )
            {
                Finding = finding,
                Due = ripe,
            };
        }

        return new(NodeRepairReason.Unhealthy, finding.Message) { Finding = finding };
    }

    /// <summary>The node for the brake.</summary>
    public FleetNode Describe(RepairSubject subject, RepairVerdict verdict, bool isInRepair) =>
        new(subject.Name, PoolOf(subject), verdict.IsHealthy && !verdict.IsToBeReleased, verdict.IsInMaintenance && !isInRepair, isInRepair)
        {
            IsEligible = verdict.MayBeRepaired && subject is { IsCandidate: true, HasRepair: false },
            HealthySince = subject.RecoveredAt,
        };

    public string PoolOf(RepairSubject subject)
    {
        IReadOnlyDictionary<string, string> labels = subject.Node.Metadata.Labels ?? [];
        return policy.PoolLabel is { } label
            ? labels.GetValueOrDefault(label) ?? ""
            : PoolLabels.PoolOf(labels, subject.Node.Metadata.Annotations);
    }

    /// <summary>
    /// True if the node flaps and is not ready now: for minutes, that finding stands in place of the one that a policy repairs.
    /// </summary>
    public static bool IsDown(IReadOnlyList<NodeFinding> findings) =>
        findings.Any(static finding => finding is { Cause: NodeFindingCause.Flapping, Severity: NodeFindingSeverity.Critical });

    public NodeFinding? FindingOf(IReadOnlyList<NodeFinding> findings) => findings.FirstOrDefault(finding => _isCause(finding.Cause));

    // Another run or a user has taken the node.
    private static RepairVerdict? Taken(RepairSubject subject)
    {
        if (subject.Node.Metadata.DeletionTimestamp is not null)
            return new(NodeRepairReason.NodeGone, "The node is being deleted.") { IsInMaintenance = true };
        if (subject.HeldBy.Length > 0)
            return new(NodeRepairReason.Maintenance, $"Run {subject.HeldBy} is repairing it.") { IsInMaintenance = true };
        if (subject.Claim is { } claim)
        {
            return claim.Run.StartsWith(RepairSubject.RunPrefix, StringComparison.Ordinal)
                ? null
                : new(NodeRepairReason.Maintenance, $"In progress: maintenance run {claim.Run}; holder: {claim.Holder}.")
                {
                    IsInMaintenance = true,
                };
        }

        if (subject.Node.Spec.Unschedulable != true)
            return null;
        string by = DrainAnnotation.Read(subject.Node) is { } drain
            ? $"It was cordoned by {drain.By}{(drain.Reason.Length > 0 ? $": {drain.Reason}" : "")}."
            : "It was cordoned by another client.";
        return new(NodeRepairReason.Cordoned, $"{by} The policy excludes cordoned nodes.") { IsInMaintenance = true };
    }
}

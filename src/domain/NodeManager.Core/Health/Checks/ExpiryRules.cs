using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Core.Health.Checks;

/// <summary>When findings may change by time alone: an event counts for a while, and no event reports its end.</summary>
public static class ExpiryRules
{
    // A window ends strictly after its length.
    private static readonly TimeSpan Beyond = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// True if findings may change with time at moments that <see cref="Next"/> does not know: findings with durations, an old cordon, or a
    /// Lease that is compared with the present (before 1.25).
    /// </summary>
    public static bool DependsOnTime(HealthInput input, IReadOnlyList<NodeFinding> findings) =>
        findings.Count > 0
        || input.Node.Spec is { Unschedulable: true } or { Taints.Count: > 0 }
        || (input.Lease is not null && input.LeaseWrittenAt is null);

    /// <summary>The first such moment after the present; null without one.</summary>
    public static DateTimeOffset? Next(HealthInput input)
    {
        DateTimeOffset? next = null;
        foreach (Event one in input.Events)
        {
            if (one.LastAt() is not { } at)
                continue;
            if (KubeletEventRules.ImageReasons.Contains(one.Reason))
                Consider(at + input.Thresholds.ImageGarbageCollectionWindow);
            else if (one.Reason is KubeletEventRules.Evicted or KubeletEventRules.ThresholdMet)
                Consider(at + input.Thresholds.EvictionWindow);
            else if (one.Reason == FlapRules.Reason)
                ConsiderFlap(at);
        }

        foreach (DateTimeOffset at in input.BecameNotReadyAt)
            ConsiderFlap(at);
        return next;

        void ConsiderFlap(DateTimeOffset at)
        {
            Consider(at + input.Thresholds.FlapSettles);
            Consider(at + input.Thresholds.FlapQuiet);
            Consider(at + input.Thresholds.FlapWindow);
        }

        void Consider(DateTimeOffset end)
        {
            DateTimeOffset after = end + Beyond;
            if (after > input.Now && (next is null || after < next))
                next = after;
        }
    }
}

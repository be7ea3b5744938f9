using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Health.Checks;

/// <summary>When time alone may change what is found on a node: what was reported by an event counts for a while and tells of no end.</summary>
public static class ExpiryRules
{
    // A window is over when more than it has passed.
    private static readonly TimeSpan Beyond = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Whether time alone may change what is found on the node at moments that <see cref="Next"/> does not know: what is found tells how long it lasts, a
    /// cordon becomes old, and before 1.25 a Lease is compared with the present.
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

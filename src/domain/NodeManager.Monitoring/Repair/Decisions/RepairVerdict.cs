namespace NodeManager.Monitoring.Repair.Decisions;

/// <summary>The decision about a node.</summary>
/// <param name="Reason">A <see cref="NodeRepairReason"/>; <see cref="NodeRepairReason.Unhealthy"/>: it may be repaired.</param>
internal sealed record RepairVerdict(string Reason, string Message)
{
    /// <summary>The finding to repair; null for a healthy node.</summary>
    public NodeFinding? Finding { get; init; }

    /// <summary>True if a user has taken the node out of service.</summary>
    public bool IsInMaintenance { get; init; }

    /// <summary>True if an earlier repair left it cordoned, and it is healthy.</summary>
    public bool IsToBeReleased { get; init; }

    /// <summary>When the verdict changes by time alone.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>True for a node without a finding to repair that is down for the moment.</summary>
    public bool IsDown { get; init; }

    public bool IsHealthy => Finding is null && !IsDown;

    public bool MayBeRepaired => Reason == NodeRepairReason.Unhealthy;
}

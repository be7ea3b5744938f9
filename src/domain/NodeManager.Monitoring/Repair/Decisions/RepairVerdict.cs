namespace NodeManager.Monitoring.Repair.Decisions;

/// <summary>What is to be done about a node.</summary>
/// <param name="Reason">One of <see cref="NodeRepairReason"/>; <see cref="NodeRepairReason.Unhealthy"/>: it may be repaired.</param>
/// <param name="Message">For people.</param>
internal sealed record RepairVerdict(string Reason, string Message)
{
    /// <summary>The finding that is repaired; null for a healthy node.</summary>
    public NodeFinding? Finding { get; init; }

    /// <summary>A user has taken the node out of service.</summary>
    public bool IsInMaintenance { get; init; }

    /// <summary>An earlier repair left it cordoned, and it is healthy.</summary>
    public bool IsToBeReleased { get; init; }

    /// <summary>When the verdict changes by time alone.</summary>
    public DateTimeOffset? Due { get; init; }

    public bool IsHealthy => Finding is null;

    public bool MayBeRepaired => Reason == NodeRepairReason.Unhealthy;
}

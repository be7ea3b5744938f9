namespace NodeManager.Monitoring.Repair.Decisions;

/// <summary>A selected node as the brake sees it.</summary>
/// <param name="Name">The node.</param>
/// <param name="Pool">What it belongs to; empty for none.</param>
/// <param name="IsHealthy">True where no finding that is repaired concerns it.</param>
/// <param name="IsInMaintenance">True where a person or a maintenance run has taken it out of service: it is not healthy, and not repaired.</param>
/// <param name="IsInRepair">True where a repair of it runs.</param>
internal sealed record FleetNode(string Name, string Pool, bool IsHealthy, bool IsInMaintenance, bool IsInRepair)
{
    /// <summary>False for a node that is not repaired although it is not healthy: it is only counted.</summary>
    public bool IsEligible { get; init; } = true;

    /// <summary>Since when a node that was not healthy before is; null: always.</summary>
    public DateTimeOffset? HealthySince { get; init; }

    /// <summary>A node that counts as available: it is healthy and not about to be removed.</summary>
    public bool Counts => IsHealthy && !IsInMaintenance && !IsInRepair;

    /// <summary>A repair would begin with it.</summary>
    public bool Waits => IsEligible && !IsHealthy && !IsInMaintenance && !IsInRepair;
}

namespace NodeManager.Monitoring.Repair.Decisions;

/// <summary>A selected node, for the storm brake.</summary>
/// <param name="Pool">Empty for none.</param>
/// <param name="IsHealthy">True if no repaired finding concerns it.</param>
/// <param name="IsInMaintenance">
/// True if a user or a maintenance run has taken it out of service: it is neither healthy nor repaired.
/// </param>
internal sealed record FleetNode(string Name, string Pool, bool IsHealthy, bool IsInMaintenance, bool IsInRepair)
{
    /// <summary>False for an unhealthy node that is only counted, not repaired.</summary>
    public bool IsEligible { get; init; } = true;

    /// <summary>Since when a recovered node is healthy; null: always.</summary>
    public DateTimeOffset? HealthySince { get; init; }

    /// <summary>True if it counts as available: healthy and not about to be removed.</summary>
    public bool Counts => IsHealthy && !IsInMaintenance && !IsInRepair;

    /// <summary>True if a repair would start with it.</summary>
    public bool Waits => IsEligible && !IsHealthy && !IsInMaintenance && !IsInRepair;
}

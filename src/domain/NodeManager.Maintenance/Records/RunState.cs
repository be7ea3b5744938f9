namespace NodeManager.Maintenance.Records;

/// <summary>The progress of a run in its ConfigMap.</summary>
internal sealed record RunState
{
    public string Status { get; init; } = NodeMaintenanceRunStatus.Running;

    /// <summary>The current or last holder.</summary>
    public string Holder { get; init; } = "";

    /// <summary>The time of this write.</summary>
    public DateTimeOffset At { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? Message { get; init; }

    /// <summary>True when nothing remains to resume.</summary>
    public bool IsOver => Status is NodeMaintenanceRunStatus.Completed or NodeMaintenanceRunStatus.Failed;
}

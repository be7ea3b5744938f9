namespace NodeManager.Maintenance.Records;

/// <summary>How far a run is, as its ConfigMap keeps it.</summary>
internal sealed record RunState
{
    public string Status { get; init; } = NodeMaintenanceRunStatus.Running;

    /// <summary>Who works on it, or did last.</summary>
    public string Holder { get; init; } = "";

    /// <summary>When this was written.</summary>
    public DateTimeOffset At { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? Message { get; init; }

    /// <summary>True when nothing remains to resume.</summary>
    public bool IsOver => Status is NodeMaintenanceRunStatus.Completed or NodeMaintenanceRunStatus.Failed;
}

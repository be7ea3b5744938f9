namespace NodeManager.Maintenance.Records;

/// <summary>A node as the run's ConfigMap keeps it, under its UID.</summary>
public sealed record NodeRecord
{
    /// <summary>Its place in the run.</summary>
    public int Index { get; init; }

    public required string Name { get; init; }

    public required string Uid { get; init; }

    public string Status { get; init; } = NodeMaintenanceStatus.Pending;

    public string? Group { get; init; }

    public bool IsControlPlane { get; init; }

    public int Batch { get; init; }

    public bool WasCordoned { get; init; }

    /// <summary>It was cordoned or not Ready when the run began.</summary>
    public bool WasUnavailable { get; init; }

    /// <summary>It was released because its batch was stuck: it goes alone, after all others.</summary>
    public bool GoesAlone { get; init; }

    /// <summary>Of the node before its reboot.</summary>
    public string? BootId { get; init; }

    /// <summary>When it reported Ready last before its reboot.</summary>
    public DateTimeOffset? Heartbeat { get; init; }

    /// <summary>UIDs of the DaemonSets that had a pod on it before, until it is done.</summary>
    public IReadOnlyList<string>? DaemonSets { get; init; }

    public IReadOnlyList<StepRecord> Steps { get; init; } = [];

    /// <summary>What the script block wrote, as text, cut to what a ConfigMap holds.</summary>
    public IReadOnlyList<string>? Output { get; init; }

    public string? Error { get; init; }

    public string? Message { get; init; }

    public bool IsOpen => Status is NodeMaintenanceStatus.Pending or NodeMaintenanceStatus.InProgress;

    public bool HasDone(string step) => Steps.Any(s => s.Name == step && s.Ended is not null);

    public bool HasBegun(string step) => Steps.Any(s => s.Name == step);

    /// <summary>With the step started; a step that was started and never ended is restarted.</summary>
    public NodeRecord Begin(string step, DateTimeOffset now, string? by) =>
        this with
        {
            Steps =
            [
                .. Steps.Where(s => s.Name != step),
                new()
                {
                    Name = step,
                    Started = now.ToUnixTimeMilliseconds(),
                    By = by,
                },
            ],
        };

    public NodeRecord End(string step, DateTimeOffset now) =>
        this with
        {
            Steps = [.. Steps.Select(s => s.Name == step ? s with { Ended = now.ToUnixTimeMilliseconds() } : s)],
        };
}

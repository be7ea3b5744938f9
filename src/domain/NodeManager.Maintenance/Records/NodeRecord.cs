namespace NodeManager.Maintenance.Records;

/// <summary>A node in the run's ConfigMap, under its UID.</summary>
public sealed record NodeRecord
{
    public int Index { get; init; }

    public required string Name { get; init; }

    public required string Uid { get; init; }

    public string Status { get; init; } = NodeMaintenanceStatus.Pending;

    public string? Group { get; init; }

    public bool IsControlPlane { get; init; }

    public int Batch { get; init; }

    public bool WasCordoned { get; init; }

    /// <summary>True if it was cordoned or not Ready when the run began.</summary>
    public bool WasUnavailable { get; init; }

    /// <summary>True if it was released because its batch was stuck: it goes alone, after all others.</summary>
    public bool GoesAlone { get; init; }

    /// <summary>Before its reboot.</summary>
    public string? BootId { get; init; }

    /// <summary>The last Ready report before its reboot.</summary>
    public DateTimeOffset? Heartbeat { get; init; }

    /// <summary>UIDs of the DaemonSets that had a pod on it before, until it is done.</summary>
    public IReadOnlyList<string>? DaemonSets { get; init; }

    public IReadOnlyList<StepRecord> Steps { get; init; } = [];

    /// <summary>The UID of the pod that runs the command on the node, until its result is recorded.</summary>
    public string? CommandPod { get; init; }

    /// <summary>The number of failed commands before; each attempt has a pod of its own.</summary>
    public int CommandAttempt { get; init; }

    /// <summary>The exit code of the last command on the node.</summary>
    public int? ExitCode { get; init; }

    /// <summary>True once <see cref="BootId"/> is that before a reboot that the run starts.</summary>
    public bool IsRebootBegun { get; init; }

    /// <summary>The output of the script block or the command as text, shortened to fit a ConfigMap.</summary>
    public IReadOnlyList<string>? Output { get; init; }

    public string? Error { get; init; }

    public string? Message { get; init; }

    public bool IsOpen => Status is NodeMaintenanceStatus.Pending or NodeMaintenanceStatus.InProgress;

    /// <summary>True if the run has cordoned the node and not completed it: it is in progress, or postponed in the middle.</summary>
    public bool IsStarted => Status == NodeMaintenanceStatus.InProgress || (Status == NodeMaintenanceStatus.Pending && Batch > 0);

    public bool HasDone(string step) => Steps.Any(s => s.Name == step && s.Ended is not null);

    public bool HasBegun(string step) => Steps.Any(s => s.Name == step);

    /// <summary>Starts the step again if it did not end.</summary>
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

    /// <summary>The node before its first step after the claim.</summary>
    public NodeRecord Restart() =>
        this with
        {
            Batch = 0,
            Steps = [.. Steps.Where(s => s.Name == NodeMaintenanceStepName.Claim)],
            BootId = null,
            Heartbeat = null,
            DaemonSets = null,
        };

    public NodeRecord End(string step, DateTimeOffset now) =>
        this with
        {
            Steps = [.. Steps.Select(s => s.Name == step ? s with { Ended = now.ToUnixTimeMilliseconds() } : s)],
        };
}

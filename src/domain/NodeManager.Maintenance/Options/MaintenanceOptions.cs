using NodeManager.Drains.Options;

namespace NodeManager.Maintenance.Options;

/// <summary>How to maintain a fleet. Stored with the run, so that it continues with the same options wherever it is resumed.</summary>
public sealed record MaintenanceOptions
{
    /// <summary>How many of the run's nodes may be out of service concurrently: a number, or per cent of them (rounded down, at least 1).</summary>
    public string MaxUnavailable { get; init; } = "1";

    /// <summary>A label's key: nodes with different values of it are never out of service concurrently. Empty: any may be.</summary>
    public string TopologyKey { get; init; } = "";

    /// <summary>Wait for a new boot of each node after the drain and the work.</summary>
    public bool WaitForReboot { get; init; }

    /// <summary>Maintain control-plane nodes too: after all others, one at a time, and only while all other ones are Ready.</summary>
    public bool IncludeControlPlane { get; init; }

    /// <summary>How long a node may take until it is back and Ready.</summary>
    public TimeSpan WaitReadyTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a batch's nodes have to stay Ready before the next one is begun.</summary>
    public TimeSpan Soak { get; init; }

    /// <summary>When nodes may be begun, see <see cref="Batches.MaintenanceWindow"/>; none: always.</summary>
    public IReadOnlyList<string> Windows { get; init; } = [];

    /// <summary>What to do when a node fails.</summary>
    public MaintenanceErrorAction OnError { get; init; }

    public DrainOptions Drain { get; init; } = new();
}

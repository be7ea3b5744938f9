using NodeManager.Drains.Options;

namespace NodeManager.Maintenance.Options;

/// <summary>The options of a maintenance. Stored with the run, so that a resumed run continues with the same options.</summary>
public sealed record MaintenanceOptions
{
    /// <summary>
    /// How many of the run's nodes may be out of service concurrently: a number, or a percentage of them (rounded down, at least 1).
    /// </summary>
    public string MaxUnavailable { get; init; } = "1";

    /// <summary>A label key: nodes with different values are never out of service concurrently. Empty: no restriction.</summary>
    public string TopologyKey { get; init; } = "";

    /// <summary>Wait for a reboot of each node after the drain and the work.</summary>
    public bool WaitForReboot { get; init; }

    /// <summary>
    /// A command to run as root on each drained node. Recorded with the run; a resumed run takes it from its caller, because whoever can write
    /// the record would otherwise be root on the nodes.
    /// </summary>
    public string? NodeCommand { get; init; }

    /// <summary>The time after which the kubelet ends the command; null: 30 minutes.</summary>
    public TimeSpan? NodeCommandTimeout { get; init; }

    /// <summary>Reboot each node after the work, and wait for its new boot.</summary>
    public bool Reboot { get; init; }

    /// <summary>True if pods run as root on the nodes.</summary>
    internal bool UsesCommands => NodeCommand is not null || Reboot;

    /// <summary>Maintain control-plane nodes too: after all others, one at a time, and only while all other ones are Ready.</summary>
    public bool IncludeControlPlane { get; init; }

    /// <summary>The maximum time until a node is back and Ready.</summary>
    public TimeSpan WaitReadyTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a batch's nodes have to stay Ready before the next batch.</summary>
    public TimeSpan Soak { get; init; }

    /// <summary>When nodes may be started, see <see cref="Batches.MaintenanceWindow"/>; none: always.</summary>
    public IReadOnlyList<string> Windows { get; init; } = [];

    public MaintenanceErrorAction OnError { get; init; }

    public DrainOptions Drain { get; init; } = new();
}

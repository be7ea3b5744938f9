namespace NodeManager.Monitoring.Alerts.Incidents;

/// <summary>The rules for raising, grouping and resolving alerts.</summary>
public sealed record AlertOptions
{
    public static readonly TimeSpan DefaultDebounce = TimeSpan.FromSeconds(15);

    /// <summary>How long a cause must last before its alert is raised, and be gone before it is resolved.</summary>
    public TimeSpan Debounce { get; init; } = DefaultDebounce;

    /// <summary>Nodes of a group whose evidence begins within this time have one alert. Leases expire up to 10 s apart.</summary>
    public TimeSpan GroupWindow { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A <see cref="NodeAlertGroupBy"/>, or a label key.</summary>
    public string GroupBy { get; init; } = NodeAlertGroupBy.Zone;

    /// <summary>
    /// Nodes of a group that must be NotReady or Unreachable, each for <see cref="Debounce"/>, before there is an alert; 1: each node has alerts.
    /// Other causes are not affected.
    /// </summary>
    public int MinimumNodes { get; init; } = 1;

    /// <summary>The options of a configuration. A number of nodes is counted in the whole cluster, unless a group is given.</summary>
    /// <param name="debounce">Null: that of the configuration.</param>
    /// <param name="groupBy">Null: by zone, or the cluster with a minimum of nodes.</param>
    /// <param name="minimumNodes">Null: that of the configuration.</param>
    public static AlertOptions Of(
        NodeManagerConfiguration configuration,
        TimeSpan? debounce = null,
        string? groupBy = null,
        int? minimumNodes = null
    )
    {
        int minimum = minimumNodes ?? configuration.AlertMinimumNodes;
        return new()
        {
            Debounce = debounce ?? configuration.AlertDebounce ?? DefaultDebounce,
            GroupBy = groupBy ?? (minimum > 1 ? NodeAlertGroupBy.Cluster : NodeAlertGroupBy.Zone),
            MinimumNodes = minimum,
        };
    }

    /// <summary>A cause that is raised this often on a node within <see cref="FlapWindow"/> is flapping.</summary>
    public int FlapCount { get; init; } = 3;

    public TimeSpan FlapWindow { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a flapping cause must be gone before its alert is resolved.</summary>
    public TimeSpan FlapQuiet { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The shortest time between two updates of an alert: nodes that join meanwhile are reported together.</summary>
    public static readonly TimeSpan UpdateInterval = TimeSpan.FromSeconds(1);

    /// <summary>Data may be stale after an outage: no alert changes for this time after the reconnect.</summary>
    public static readonly TimeSpan SettleTime = TimeSpan.FromSeconds(1);
}

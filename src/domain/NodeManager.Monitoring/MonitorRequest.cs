using NodeManager.Monitoring.Alerts.Delivery;
using NodeManager.Monitoring.Alerts.Incidents;

namespace NodeManager.Monitoring;

/// <summary>What to monitor, and where alerts go.</summary>
public sealed record MonitorRequest
{
    public required NodeManagerSession Session { get; init; }

    /// <summary>Plain names or wildcards of nodes; none: all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>A label selector of nodes as kubectl's <c>-l</c>; null: all.</summary>
    public string? Selector { get; init; }

    public AlertOptions Options { get; init; } = new();

    /// <summary>The least severity that raises alerts: one of <see cref="NodeFindingSeverity"/>.</summary>
    public string MinimumSeverity { get; init; } = NodeFindingSeverity.Warning;

    /// <summary>The sinks by name.</summary>
    public IReadOnlyDictionary<string, AlertSinkDefinition> Sinks { get; init; } = new Dictionary<string, AlertSinkDefinition>();

    /// <summary>How many transitions wait for each sink at most.</summary>
    public int QueueLimit { get; init; } = 1000;

    /// <summary>The state file; null: undelivered transitions end with the process.</summary>
    public string? StatePath { get; init; }

    /// <summary>The clock of receivers and of waits for answers: a cluster's own may run faster.</summary>
    public TimeProvider Wall { get; init; } = TimeProvider.System;
}

using NodeManager.Monitoring.Alerts.Delivery;
using NodeManager.Monitoring.Alerts.Incidents;

namespace NodeManager.Monitoring;

/// <summary>The nodes to monitor, and the sinks of alerts.</summary>
public sealed record MonitorRequest
{
    public required NodeManagerSession Session { get; init; }

    /// <summary>Plain names or wildcards of nodes; none: all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>A label selector of nodes as kubectl's <c>-l</c>; null: all.</summary>
    public string? Selector { get; init; }

    public AlertOptions Options { get; init; } = new();

    /// <summary>The lowest <see cref="NodeFindingSeverity"/> that raises alerts.</summary>
    public string MinimumSeverity { get; init; } = NodeFindingSeverity.Warning;

    public IReadOnlyDictionary<string, AlertSinkDefinition> Sinks { get; init; } = new Dictionary<string, AlertSinkDefinition>();

    /// <summary>The maximum number of pending transitions for each sink.</summary>
    public int QueueLimit { get; init; } = 1000;

    /// <summary>The state file; null: undelivered transitions end with the process.</summary>
    public string? StatePath { get; init; }

    /// <summary>The clock of receivers and of late answers: a cluster's own may run faster.</summary>
    public TimeProvider Wall { get; init; } = TimeProvider.System;
}

using NodeManager.Core.Progress;

namespace NodeManager.Monitoring.Alerts.Delivery;

/// <summary>The log events of deliveries.</summary>
/// <param name="Taken">A sink has taken a transition.</param>
/// <param name="Dropped">A transition was dropped for a sink; how many since it last had taken all.</param>
/// <param name="Recovered">A sink for which transitions were dropped has taken all the others.</param>
/// <param name="Observer">Told of failures.</param>
internal sealed record SinkEvents(
    Action<string, NodeAlert> Taken,
    Action<string, NodeAlert, long> Dropped,
    Action<string> Recovered,
    IOperationObserver Observer
);

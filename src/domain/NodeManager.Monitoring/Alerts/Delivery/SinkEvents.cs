using NodeManager.Core.Progress;

namespace NodeManager.Monitoring.Alerts.Delivery;

/// <param name="Taken">A sink has accepted a transition.</param>
/// <param name="Dropped">A transition was dropped for a sink; the number since the sink last had accepted all.</param>
/// <param name="Recovered">A sink has accepted all transitions after some were dropped.</param>
/// <param name="Observer">Receives failures.</param>
internal sealed record SinkEvents(
    Action<string, NodeAlert> Taken,
    Action<string, NodeAlert, long> Dropped,
    Action<string> Recovered,
    IOperationObserver Observer
);

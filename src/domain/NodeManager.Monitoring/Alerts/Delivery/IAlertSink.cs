namespace NodeManager.Monitoring.Alerts.Delivery;

/// <summary>A receiver of alerts. Names, messages and exceptions contain no address and no secret.</summary>
public interface IAlertSink
{
    /// <summary>Unique among the sinks of a monitor, and constant across processes.</summary>
    string Name { get; }

    /// <summary>The limit of one attempt.</summary>
    TimeSpan Timeout { get; }

    /// <summary>Sends a transition. A transition may be sent repeatedly, with the same <see cref="NodeAlert.TransitionId"/>.</summary>
    /// <exception cref="AlertDeliveryException">It was not accepted.</exception>
    Task DeliverAsync(NodeAlert alert, CancellationToken cancellationToken);
}

/// <summary>A sink whose receiver needs open alerts repeatedly, and ends alerts that are not repeated.</summary>
public interface IAlertStateSink : IAlertSink
{
    TimeSpan Interval { get; }

    /// <summary>How long a resolved alert is repeated.</summary>
    TimeSpan ResolvedFor { get; }

    /// <summary>Sends the open and recently resolved alerts.</summary>
    /// <exception cref="AlertDeliveryException">They were not accepted.</exception>
    Task PostAsync(IReadOnlyList<NodeAlert> alerts, CancellationToken cancellationToken);
}

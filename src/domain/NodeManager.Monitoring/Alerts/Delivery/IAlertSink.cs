namespace NodeManager.Monitoring.Alerts.Delivery;

/// <summary>Where alerts go. Names, messages and exceptions hold no address and no secret.</summary>
public interface IAlertSink
{
    /// <summary>Unique among the sinks of a monitor, and the same in a later process.</summary>
    string Name { get; }

    /// <summary>How long one attempt may take.</summary>
    TimeSpan Timeout { get; }

    /// <summary>Sends a transition. One that was sent before may come again, with the same <see cref="NodeAlert.TransitionId"/>.</summary>
    /// <exception cref="AlertDeliveryException">It was not taken.</exception>
    Task DeliverAsync(NodeAlert alert, CancellationToken cancellationToken);
}

/// <summary>A sink whose receiver requires open alerts repeatedly: it ends alerts that are not repeated.</summary>
public interface IAlertStateSink : IAlertSink
{
    /// <summary>How often.</summary>
    TimeSpan Interval { get; }

    /// <summary>How long a resolved alert is repeated.</summary>
    TimeSpan ResolvedFor { get; }

    /// <summary>Sends the open alerts and those resolved of late.</summary>
    /// <exception cref="AlertDeliveryException">They were not taken.</exception>
    Task PostAsync(IReadOnlyList<NodeAlert> alerts, CancellationToken cancellationToken);
}

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

/// <summary>A sink whose receiver has silences of its own, as Alertmanager does.</summary>
public interface IAlertSilenceSink : IAlertSink
{
    /// <summary>Makes the receiver's silences equal to these, except for those of other clients.</summary>
    /// <param name="cluster">The cluster of the silences.</param>
    /// <exception cref="AlertDeliveryException">They were not accepted.</exception>
    Task ApplyAsync(string cluster, IReadOnlyList<SinkSilence> silences, CancellationToken cancellationToken);
}

/// <param name="EndsAt">By the receivers' clock.</param>
/// <param name="IsWanted">
/// False for an acknowledgement without an open alert: the receiver does not need it, and it is removed if this process created it.
/// </param>
public sealed record SinkSilence(NodeAlertSilence Silence, DateTimeOffset EndsAt, bool IsWanted);

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

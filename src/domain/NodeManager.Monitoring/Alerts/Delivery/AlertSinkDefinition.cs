using NodeManager.Core.Progress;

namespace NodeManager.Monitoring.Alerts.Delivery;

/// <summary>How a sink is made, for each monitor that uses it. Its text shows no address and no secret.</summary>
public abstract class AlertSinkDefinition
{
    /// <summary>One of <see cref="NodeAlertSinkType"/>.</summary>
    public abstract string Type { get; }

    /// <summary>The host that alerts are sent to; empty without one.</summary>
    public virtual string Host => "";

    /// <param name="name">Of the sink.</param>
    /// <param name="context">The monitor that uses it.</param>
    public abstract IAlertSink Create(string name, AlertSinkContext context);

    public override string ToString() => Type;
}

/// <summary>Where a sink works.</summary>
/// <param name="Session">The session that is monitored.</param>
/// <param name="Observer">Told of what is neither an alert nor a failure to deliver one.</param>
/// <param name="Wall">The receivers' clock.</param>
public sealed record AlertSinkContext(NodeManagerSession Session, IOperationObserver Observer, TimeProvider Wall);

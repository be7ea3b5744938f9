using NodeManager.Core.Progress;

namespace NodeManager.Monitoring.Alerts.Delivery;

/// <summary>Creates a sink for each monitor that uses it. Its text contains no address and no secret.</summary>
public abstract class AlertSinkDefinition
{
    public abstract string Type { get; }

    /// <summary>The host that alerts are sent to; empty without one.</summary>
    public virtual string Host => "";

    public abstract IAlertSink Create(string name, AlertSinkContext context);

    public override string ToString() => Type;
}

/// <param name="Observer">Receives messages other than alerts and delivery failures.</param>
/// <param name="Wall">The receivers' clock.</param>
public sealed record AlertSinkContext(NodeManagerSession Session, IOperationObserver Observer, TimeProvider Wall);

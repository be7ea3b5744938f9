using Microsoft.Extensions.Logging;
using NodeManager.Core.Sessions;

namespace NodeManager.Monitoring.Alerts.Delivery;

/// <summary>Writes alerts to the session's log and to the monitor's verbose stream.</summary>
public sealed partial class LogSinkDefinition : AlertSinkDefinition
{
    public override string Type => NodeAlertSinkType.Log;

    public override IAlertSink Create(string name, AlertSinkContext context) => new Sink(name, context);

    [LoggerMessage(60, LogLevel.Information, "Alert {Id} of {Cluster}: {Transition} {Cause} ({Severity}): {Text}")]
    private static partial void LogAlert(
        ILogger logger,
        string id,
        string cluster,
        string transition,
        string cause,
        string severity,
        string text
    );

    private sealed class Sink(string name, AlertSinkContext context) : IAlertSink
    {
        public string Name => name;

        public TimeSpan Timeout => TimeSpan.FromSeconds(10);

        public Task DeliverAsync(NodeAlert alert, CancellationToken cancellationToken)
        {
            if (context.Session.Connection is ClusterConnection connection)
                LogAlert(
                    connection.Logger,
                    alert.TransitionId,
                    alert.Cluster,
                    alert.Transition,
                    alert.Cause,
                    alert.Severity,
                    alert.Message
                );
            context.Observer.Verbose($"{alert.Transition} alert {alert.Id}, {alert.Cause} ({alert.Severity}): {alert.Message}");
            return Task.CompletedTask;
        }
    }
}

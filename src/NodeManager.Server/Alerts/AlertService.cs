using System.Text.Json;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Monitoring;
using NodeManager.Monitoring.Alerts;
using NodeManager.Monitoring.Alerts.Incidents;
using NodeManager.Server.Clusters;
using NodeManager.Server.EventStream;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Alerts;

/// <summary>
/// Monitors the served cluster with shared caches, and writes transitions of alerts into the event log. A failed start is retried.
/// </summary>
internal sealed class AlertService(ClusterSession cluster, EventLog log) : BackgroundService
{
    public const string Event = "alert";

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(30);

    private volatile NodeManagerException? _problem;

    public ApiAlerts Read()
    {
        NodeAlerts alerts = cluster.Session.Get<NodeAlerts>();
        NodeManagerException? problem = _problem;
        return new(
            problem is null && alerts.Monitors > 0,
            problem is null ? null : new(problem.ErrorId, problem.Message, AnswerAdvice.Of(problem.RecommendedAction)),
            [.. alerts.List().Select(ApiAlert.Of)]
        );
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await MonitorAsync(stoppingToken);
                await Task.Delay(RetryPause, cluster.Session.Time(), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (NodeManagerException) when (!cluster.IsOpen)
        {
            // The session has ended.
        }
    }

    // Ends only if the cluster cannot be monitored at all: an outage is an alert.
    private async Task MonitorAsync(CancellationToken stoppingToken)
    {
        RunningOperation monitor = HealthMonitoring.Start(
            new MonitorRequest { Session = cluster.Session, Options = AlertOptions.Of(cluster.Session.Configuration) }
        );
        await using CancellationTokenRegistration stop = stoppingToken.Register(monitor.Cancel);
        await foreach (OperationEvent happened in monitor.ReadAsync(0, CancellationToken.None))
        {
            switch (happened)
            {
                case OperationOutput { Value: NodeAlert alert }:
                    _problem = null;
                    log.Write(Event, JsonSerializer.Serialize(ApiAlert.OfNodes(alert), AlertRouteJson.Default.ApiAlert));
                    break;
                case OperationMessage:
                    _problem = null;
                    break;
                case OperationFailure failure:
                    _problem =
                        failure.Exception as NodeManagerException
                        ?? new(
                            "InternalError",
                            ErrorKind.NotSpecified,
                            "The monitor failed for an unexpected reason; the server's log has it.",
                            null
                        );
                    break;
            }
        }

        stoppingToken.ThrowIfCancellationRequested();
    }
}

using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.SchedulerControl.Telemetry;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>
/// The audit trail of a scheduler's configuration: Events on its ConfigMap and Deployment with user, action, time and machine.
/// </summary>
internal sealed class SchedulerEvents(
    ClusterConnection connection,
    NodeManagerSession session,
    ClusterScheduler scheduler,
    IOperationObserver observer
)
{
    public Task WrittenAsync(ConfigMap map, SchedulerRevision revision, CancellationToken cancellationToken)
    {
        var reason = revision.Data.Reason.Length > 0 ? $" ({revision.Data.Reason})" : "";
        var about = new ObjectReference
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Namespace = scheduler.Namespace,
            Name = scheduler.ConfigMap,
            Uid = map.Metadata.Uid,
        };
        return WriteAsync(
            about,
            "Normal",
            "SchedulerConfigurationChanged",
            $"{session.Who()}: {revision.Data.Action}{reason}: {scheduler.Key} is revision {revision.Number}: {string.Join("; ", revision.Data.Changes)}",
            cancellationToken
        );
    }

    /// <summary>Records a restart and its outcome.</summary>
    public Task RestartedAsync(
        DeploymentManifest deployment,
        SchedulerRestartResult result,
        string reason,
        CancellationToken cancellationToken
    )
    {
        SchedulerTelemetry.Restarted(result);
        var about = new ObjectReference
        {
            ApiVersion = "apps/v1",
            Kind = "Deployment",
            Namespace = scheduler.Namespace,
            Name = scheduler.Deployment,
            Uid = deployment.Metadata.Uid,
        };
        var (type, word) = result.Status switch
        {
            SchedulerRestartStatus.Restarted => ("Normal", "SchedulerRestarted"),
            SchedulerRestartStatus.RolledBack => ("Warning", "SchedulerRolledBack"),
            _ => ("Warning", "SchedulerRestartFailed"),
        };
        return WriteAsync(
            about,
            type,
            word,
            $"{session.Who()}{(reason.Length > 0 ? $" ({reason})" : "")}: {result.Message}",
            cancellationToken
        );
    }

    private Task WriteAsync(ObjectReference about, string type, string reason, string message, CancellationToken cancellationToken)
    {
        SchedulerAlerts.Raise(
            session,
            connection.Logger,
            new()
            {
                Reason = reason,
                Type = type,
                Scheduler = scheduler.ToString(),
                Message = message,
            }
        );
        return EventWriter.WriteAsync(connection, about, type, reason, message, observer, cancellationToken);
    }
}

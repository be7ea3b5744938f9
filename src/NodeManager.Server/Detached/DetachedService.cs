using NodeManager.Maintenance.Detached;
using NodeManager.Server.Autoscaler;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.Detached;

/// <summary>Executes work of <c>-Detach</c> and stored drains until the host stops; the next server continues it.</summary>
internal sealed class DetachedService(ClusterSession cluster, string ns, ILogger<DetachedService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host continues its start.
        await Task.Yield();
        try
        {
            await DetachedServer.RunAsync(cluster.Session, new() { Namespace = ns }, new LogObserver(logger), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (NodeManagerException closed) when (closed.ErrorId == ErrorIds.SessionClosed)
        {
            // The session ended first.
        }
    }
}

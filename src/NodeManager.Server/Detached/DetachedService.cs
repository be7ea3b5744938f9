using NodeManager.Maintenance.Detached;
using NodeManager.Server.Autoscaler;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.Detached;

/// <summary>Carries out what <c>-Detach</c> leaves to the server, until the host stops: what runs then is the next server's to continue.</summary>
/// <param name="cluster">Where.</param>
/// <param name="ns">Where the requests and the runs are.</param>
/// <param name="logger">Told what happens.</param>
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
            // The session ended before.
        }
    }
}

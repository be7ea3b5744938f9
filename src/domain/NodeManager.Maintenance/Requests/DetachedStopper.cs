using System.Text.Json.Nodes;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Maintenance.Requests;

/// <summary>Requests the server to stop detached work.</summary>
internal static class DetachedStopper
{
    // A failed server is replaced within this time.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(45);

    /// <summary>Requests the stop.</summary>
    public static Task<NodeMaintenanceRequest> RequestAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        NodeMaintenanceRequest request,
        CancellationToken cancellationToken
    ) =>
        connection.Client.PatchAsync(
            DetachedResources.Requests,
            request.Metadata.Name,
            request.Metadata.Namespace!,
            Patch.Merge(
                new()
                {
                    ["metadata"] = new JsonObject { ["uid"] = request.Metadata.Uid },
                    ["spec"] = new JsonObject { ["stopRequestedBy"] = session.Who() },
                }
            ),
            cancellationToken
        );

    /// <summary>Requests the stop, and waits until the server has stopped.</summary>
    /// <exception cref="NodeManagerException">MaintenanceAlive: it did not stop in time.</exception>
    public static async Task<bool> StopAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        NodeMaintenanceRequest request,
        CancellationToken cancellationToken
    )
    {
        (string id, string ns) = (request.Metadata.Name, request.Metadata.Namespace!);
        using CacheUse<NodeMaintenanceRequest> use = connection
            .Caches()
            .Open(DetachedResources.Requests, new() { Namespace = ns, FieldSelector = $"metadata.name={id}" });
        use.Cache.AddOrUpdate(await RequestAsync(session, connection, request, cancellationToken));
        using CancellationTokenSource limit = connection.Time.StartLimit(Limit);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            await use.Cache.Synced.WaitAsync(stop.Token);
            await use.Cache.UntilAsync(request.Metadata.Uid!, static one => one is null || one.IsOver, stop.Token);
            return true;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new NodeManagerException(
                ErrorIds.MaintenanceAlive,
                ErrorKind.ResourceBusy,
                $"Maintenance run {id} is marked to be stopped, and no NodeManager server has stopped it yet.",
                id,
                "A server stops it as soon as one runs in the cluster. Check it with Get-NodeMaintenance."
            );
        }
    }
}

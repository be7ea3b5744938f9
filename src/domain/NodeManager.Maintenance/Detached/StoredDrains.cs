using System.Runtime.CompilerServices;
using NodeManager.Controllers.Caching;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Maintenance.Requests;

namespace NodeManager.Maintenance.Detached;

/// <summary>Finds, follows and stops the stored drains of a namespace, whichever server carries them out.</summary>
public static class StoredDrains
{
    /// <summary>The drain, also after its end; null if there is none.</summary>
    /// <exception cref="NodeManagerException">The server's refusal.</exception>
    public static Task<StoredDrain?> FindAsync(NodeManagerSession session, string ns, string id, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(
            session,
            id,
            async (connection, token) =>
                await DetachedDirectory.FindAsync(connection, id, ns, token) is { IsDrain: true } request ? new StoredDrain(request) : null,
            cancellationToken
        );

    /// <summary>The drains that have not ended: immediately, and again after each change of a request.</summary>
    /// <exception cref="NodeManagerException">The server's refusal; SessionClosed.</exception>
    public static IAsyncEnumerable<IReadOnlyList<StoredDrain>> WatchAsync(
        NodeManagerSession session,
        string ns,
        CancellationToken cancellationToken
    ) => ClusterOperation.StreamAsync(session, ns, (connection, token) => WatchAsync(connection, ns, token), cancellationToken);

    /// <summary>Follows a drain to its end as an operation with its id. To cancel it, stop the drain.</summary>
    /// <remarks>
    /// The operation outputs a <see cref="StoredDrainResult"/> for each node. A drain that a user stopped or called off is cancelled.
    /// </remarks>
    public static RunningOperation Follow(NodeManagerSession session, StoredDrain drain) =>
        RunningOperation.Start(
            NodeOperations.Drain,
            $"{NameList.Of(drain.Nodes)} in cluster '{session.Cluster}'",
            session.Time(),
            context =>
                ClusterOperation.RunAsync(
                    session,
                    drain.Id,
                    async (connection, token) =>
                    {
                        using CacheUse<NodeMaintenanceRequest> use = Open(connection, drain.Request.Metadata.Namespace!);
                        use.Cache.AddOrUpdate(drain.Request);
                        StoredDrainReader reader = new(context, session.Cluster);
                        await use.Cache.UntilAsync(drain.Request.Metadata.Uid!, reader.Report, token);
                        return true;
                    },
                    context.Token
                ),
            stored: new(drain.Id, drain.Request.Metadata.CreationTimestamp ?? session.Time().GetUtcNow())
        );

    /// <summary>Requests the server that works on a drain to stop. Nodes in progress stay cordoned.</summary>
    /// <exception cref="NodeManagerException">The server's refusal.</exception>
    public static Task StopAsync(NodeManagerSession session, StoredDrain drain, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(
            session,
            drain.Id,
            (connection, token) => DetachedStopper.RequestAsync(session, connection, drain.Request, token),
            cancellationToken
        );

    private static async IAsyncEnumerable<IReadOnlyList<StoredDrain>> WatchAsync(
        ClusterConnection connection,
        string ns,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        using CacheUse<NodeMaintenanceRequest> use = Open(connection, ns);
        await use.CatchUpAsync(cancellationToken);
        while (true)
        {
            (IReadOnlyList<NodeMaintenanceRequest> all, Task changed) = use.Cache.ObserveAll();
            yield return [.. all.Where(static one => one is { IsDrain: true, IsOver: false }).Select(static one => new StoredDrain(one))];
            await changed.WaitAsync(cancellationToken);
        }
    }

    private static CacheUse<NodeMaintenanceRequest> Open(ClusterConnection connection, string ns) =>
        connection.Caches().Open(DetachedResources.Requests, new() { Namespace = ns });
}

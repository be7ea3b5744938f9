using System.Collections.Concurrent;
using NodeManager.Autoscaling.NodePools;
using NodeManager.Core.Sessions;
using NodeManager.NodePools.Operations;
using NodeManager.Providers.PoolService;
using NodeManager.Sandbox;

namespace NodeManager.Sessions;

/// <summary>Clients of a session's pools: one per pool service configuration, and the cluster. Disposed with the session.</summary>
internal sealed class PoolSessions : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(PoolServiceConfiguration? Configuration, PoolServiceProvider Provider)> _clients = [];
    private readonly ConcurrentDictionary<string, ClusterPoolProvider> _namespaces = new(StringComparer.Ordinal);

    public void Dispose()
    {
        lock (_gate)
        {
            foreach ((_, PoolServiceProvider provider) in _clients)
                provider.Dispose();
            _clients.Clear();
        }
    }

    /// <exception cref="NodeManagerException">PoolServiceNotConfigured, PoolServiceInvalid, SessionClosed.</exception>
    public static PoolContext Of(NodeManagerSession session, PoolPlace place)
    {
        ClusterConnection connection = session.Connection();
        PoolServiceConfiguration? configuration = session.Configuration.PoolService;
        SandboxCluster? sandbox = connection.Owned as SandboxCluster;
        bool hasService = configuration is not null || sandbox is not null;
        if (place.Provider == NodePoolProvider.Cluster || (place.Provider.Length == 0 && !hasService))
            return new(session, connection.Get<PoolSessions>()._namespaces.GetOrAdd(place.Namespace, ns => new(session, ns)))
            {
                HomeCluster = session.Cluster,
            };
        if (!hasService)
        {
            throw new NodeManagerException(
                ErrorIds.PoolServiceNotConfigured,
                ErrorKind.InvalidOperation,
                $"Session '{session.Cluster}' has no pool service.",
                session,
                "Name it with Set-NodeManagerConfiguration -PoolService @{ Uri = 'https://pools.example.com'; User = 'me@example.com'; TokenPath = 'token' }, "
                    + "or use -Provider Cluster for pools that the cluster itself keeps."
            );
        }

        return new(session, connection.Get<PoolSessions>().Client(configuration, connection, sandbox))
        {
            HomeCluster = configuration is null ? sandbox!.Pools.ClusterId : configuration.Cluster,
        };
    }

    /// <summary>Validates a configuration. Sends nothing.</summary>
    /// <exception cref="NodeManagerException">PoolServiceInvalid.</exception>
    public static void Check(PoolServiceConfiguration? configuration)
    {
        if (configuration is not null)
            PoolServiceProvider.Check(configuration);
    }

    // A client of an earlier configuration may still be in use.
    private PoolServiceProvider Client(PoolServiceConfiguration? configuration, ClusterConnection connection, SandboxCluster? sandbox)
    {
        lock (_gate)
        {
            foreach ((PoolServiceConfiguration? known, PoolServiceProvider provider) in _clients)
                if (ReferenceEquals(known, configuration))
                    return provider;
            PoolServiceProvider created = configuration is not null
                ? PoolServiceProvider.Connect(connection, configuration)
                : Own(connection, sandbox!.Pools);
            _clients.Add((configuration, created));
            return created;
        }
    }

    private static PoolServiceProvider Own(ClusterConnection connection, SandboxPoolService service) =>
        PoolServiceProvider.ConnectOwn(
            connection,
            new()
            {
                Uri = service.Address,
                User = SandboxPoolService.User,
                Routes = PoolServiceRoutes.Flat,
            },
            service.CreateTransport(),
            service.Token,
            SandboxPoolController.Instance
        );
}

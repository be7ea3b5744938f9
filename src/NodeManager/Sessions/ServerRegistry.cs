using System.Collections.Concurrent;
using NodeManager.Core.Sessions;
using NodeManager.Providers.ServerProcesses;

namespace NodeManager.Sessions;

/// <summary>
/// The servers of this process, of all runspaces, because ports belong to the machine. Servers that ended by themselves are kept until they
/// are stopped.
/// </summary>
internal static class ServerRegistry
{
    private static readonly ConcurrentDictionary<int, ServerProcess> Servers = new();

    /// <summary>In the order of their start.</summary>
    public static IReadOnlyList<ServerProcess> All =>
        [.. Servers.Values.OrderBy(static one => one.Server.StartedAt).ThenBy(static one => one.Server.ProcessId)];

    /// <summary>Starts a server that ends with its session.</summary>
    /// <exception cref="NodeManagerException">See <see cref="ServerProcess.StartAsync"/>; SessionClosed.</exception>
    public static async Task<ServerProcess> StartAsync(
        NodeManagerSession session,
        Func<ServerLaunch> launch,
        CancellationToken cancellationToken
    )
    {
        SessionServers ofSession = session.Get<SessionServers>();
        ServerProcess started = await ServerProcess.StartAsync(launch(), cancellationToken);
        // Replaces an ended server on the same port.
        foreach (
            ServerProcess ended in All.Where(one =>
                one.Server.State != NodeManagerServerState.Running && one.Server.Port == started.Server.Port
            )
        )
            Remove(ended);
        Servers[started.Server.ProcessId] = started;
        ofSession.Add(started);
        return started;
    }

    /// <summary>The process of a server; null where unknown.</summary>
    public static ServerProcess? Find(NodeManagerServer server) => All.FirstOrDefault(one => one.Server == server);

    public static void Remove(ServerProcess server) => Servers.TryRemove(new(server.Server.ProcessId, server));

    /// <summary>The servers of a session, ended with it.</summary>
    private sealed class SessionServers : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly List<ServerProcess> _servers = [];
        private bool _isEnded;

        public void Add(ServerProcess server)
        {
            lock (_gate)
            {
                _servers.Add(server);
                if (!_isEnded)
                    return;
            }

            End(server);
        }

        public void Dispose()
        {
            ServerProcess[] servers;
            lock (_gate)
            {
                _isEnded = true;
                servers = [.. _servers];
            }

            foreach (ServerProcess server in servers)
                End(server);
        }

        private static void End(ServerProcess server)
        {
            Remove(server);
            server.Dispose();
        }
    }
}

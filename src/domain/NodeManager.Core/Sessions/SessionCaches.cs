using NodeManager.Controllers.Caching;

namespace NodeManager.Core.Sessions;

public static class SessionCaches
{
    /// <summary>Shared by all operations of the session, and closed with it.</summary>
    /// <exception cref="ObjectDisposedException">The session has ended.</exception>
    public static ObjectCaches Caches(this ClusterConnection connection) =>
        connection.Get(static of => new ObjectCaches(of.Client, of.Logger));
}

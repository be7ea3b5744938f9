using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes.Configuration;

namespace NodeManager.Core.Sessions;

/// <summary>Makes sessions. Each one has asked the server for its version before it is returned, so a bad address or credential shows at once.</summary>
public static class SessionFactory
{
    public static Task<NodeManagerSession> ConnectAsync(
        ClusterConfiguration configuration, string source, ILogger logger, TimeProvider time, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>Over a transport of its own: the embedded cluster's.</summary>
    /// <param name="cluster">What users call the cluster.</param>
    /// <param name="server">Base address that the transport answers for.</param>
    /// <param name="transport">Carries the requests.</param>
    /// <param name="owned">Disposed with the session.</param>
    /// <param name="logger">Where it logs.</param>
    /// <param name="time">The cluster's clock.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    public static Task<NodeManagerSession> ConnectAsync(
        string cluster, Uri server, HttpMessageHandler transport, IDisposable? owned, ILogger logger, TimeProvider time,
        CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

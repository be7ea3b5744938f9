using NodeManager.Core.Sessions;
using NodeManager.Providers.ServerProcesses;
using NodeManager.Sandbox;

namespace NodeManager.Sessions;

/// <summary>Describes the cluster and user of a session to a server process.</summary>
internal static class SessionHandover
{
    /// <summary>
    /// Uses kubeconfig and context where the session has them, so that the server reads credentials itself. An embedded cluster is served
    /// over HTTPS on loopback, with a token that is not stored on disk.
    /// </summary>
    /// <returns>The description, and the listener of an embedded cluster, which the caller disposes; null for others.</returns>
    /// <exception cref="NodeManagerException">SessionClosed.</exception>
    public static (ServerHandover Handover, IDisposable? Front) Of(NodeManagerSession session)
    {
        ClusterConnection connection = session.Connection();
        var handover = new ServerHandover
        {
            Cluster = session.Cluster,
            Kubeconfig = connection.Origin,
            IsInCluster = session.Source == "InCluster",
            ImpersonateUser = connection.ActsThrough is null ? "" : session.User,
            ImpersonateGroups = connection.ActsThrough is null ? [] : session.Groups,
            IsProtected = session.IsProtected,
            PoolService = PoolServiceOf(session.Configuration.PoolService),
        };
        if ((connection.Owned ?? connection.ActsThrough?.Owned) is not SandboxCluster sandbox)
            return (handover, null);
        SandboxServer front = sandbox.Serve(new() { WritesKubeconfig = false });
        return (
            handover with
            {
                Address = front.Access.Server,
                AuthorityPem = front.Access.AuthorityPem,
                Token = front.Access.Token,
                PoolService =
                    handover.PoolService
                    ?? new()
                    {
                        Uri = front.Access.Server,
                        User = SandboxPoolService.User,
                        Cluster = sandbox.Pools.ClusterId,
                        Routes = PoolServiceRoutes.Flat,
                        Token = front.Access.Token,
                        AuthorityPem = front.Access.AuthorityPem,
                        Timeout = new PoolServiceConfiguration().Timeout,
                    },
            },
            front
        );
    }

    private static HandedPoolService? PoolServiceOf(PoolServiceConfiguration? configuration) =>
        configuration?.Uri is not { } uri
            ? null
            : new()
            {
                Uri = uri,
                User = configuration.User,
                Cluster = configuration.Cluster,
                Routes = configuration.Routes,
                Token = configuration.Token is { } token ? new System.Net.NetworkCredential("", token).Password : "",
                TokenPath = configuration.TokenPath,
                TokenCommand = configuration.TokenCommand,
                CertificateAuthorityPath = configuration.CertificateAuthorityPath,
                SkipCertificateCheck = configuration.SkipCertificateCheck,
                Proxy = configuration.Proxy,
                Timeout = configuration.Timeout,
            };
}

using System.Net;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Providers.ServerProcesses;

namespace NodeManager.Server.Clusters;

/// <summary>The cluster that the parent process describes on standard input.</summary>
internal static class HandedCluster
{
    public static async Task<NodeManagerSession> ConnectAsync(ServerHandover handed, ILogger logger, CancellationToken cancellationToken)
    {
        NodeManagerSession session = await SessionFactory.ConnectAsync(
            Read(handed),
            handed.Address is not null ? "Sandbox"
                : handed.IsInCluster ? "InCluster"
                : "Kubeconfig",
            logger,
            TimeProvider.System,
            cancellationToken
        );
        if (handed.IsProtected)
            session.Protect();
        if (handed.PoolService is { } service)
            session.Configure(before => new(before) { PoolService = Of(service) });
        return session;
    }

    /// <param name="mount">The folder of the pod's ServiceAccount; null: the usual one.</param>
    internal static ClusterConfiguration Read(ServerHandover handed, string? mount = null)
    {
        if (handed.Address is { } address)
            return ClusterConfiguration.ForToken(
                handed.Cluster,
                address,
                handed.AuthorityPem,
                handed.Token,
                handed.ImpersonateUser,
                handed.ImpersonateGroups
            );
        if (handed.IsInCluster)
            return Kubeconfig.LoadInCluster(mount, handed.ImpersonateUser, handed.ImpersonateGroups);
        return Kubeconfig.Load(
            handed.Kubeconfig
                ?? throw new NodeManagerException(
                    ErrorIds.ServerStartFailed,
                    ErrorKind.InvalidData,
                    "The description on standard input names no cluster.",
                    null,
                    "Start the server with Start-NodeManagerServer."
                )
        );
    }

    private static PoolServiceConfiguration Of(HandedPoolService service) =>
        new()
        {
            Uri = service.Uri,
            User = service.User,
            Cluster = service.Cluster,
            Routes = service.Routes,
            Token = service.Token.Length > 0 ? new NetworkCredential("", service.Token).SecurePassword : null,
            TokenPath = service.TokenPath,
            TokenCommand = service.TokenCommand,
            CertificateAuthorityPath = service.CertificateAuthorityPath,
            CertificateAuthority = service.AuthorityPem,
            SkipCertificateCheck = service.SkipCertificateCheck,
            Proxy = service.Proxy,
            Timeout = service.Timeout,
        };
}

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Testing;

namespace NodeManager.Core.Tests.Support;

/// <summary>Sessions for tests that send no request.</summary>
internal static class OfflineSession
{
    public static NodeManagerSession Create(int id, string cluster, ILogger? logger = null, string user = "")
    {
        Uri server = new("http://test.invalid/");
        KubernetesClient client = new(server, new StubHandler(static _ => throw new InvalidOperationException("No server.")), new());
        return new()
        {
            Id = id,
            Cluster = cluster,
            Source = "Kubeconfig",
            Server = server,
            User = user,
            Connection = new ClusterConnection(cluster, client, logger ?? NullLogger.Instance),
        };
    }
}

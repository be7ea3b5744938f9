using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using NodeManager.Autoscaling.Installation;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Sandbox;

namespace NodeManager.Bench.Clusters;

/// <summary>An embedded cluster over HTTPS, with ten pods a node, an idle pool for the autoscaler, and nothing that happens but heartbeats.</summary>
internal sealed class RestingCluster : IDisposable
{
    private readonly SandboxCluster _cluster;

    private RestingCluster(SandboxCluster cluster)
    {
        _cluster = cluster;
        Kubeconfig = cluster.Serve(new()).KubeconfigPath;
    }

    public string Kubeconfig { get; }

    public static async Task<RestingCluster> StartAsync(int nodes, CancellationToken cancellationToken)
    {
        SandboxCluster cluster = SandboxCluster.Start(new() { Nodes = nodes });
        using NodeManagerSession session = await SessionFactory.ConnectAsync(
            "bench",
            cluster.Server,
            cluster.CreateTransport(),
            null,
            NullLogger.Instance,
            TimeProvider.System,
            cancellationToken
        );
        await foreach (
            object _ in AutoscalerInstaller.InstallAsync(
                session,
                NodeSmithNames.DefaultNamespace,
                TimeSpan.FromMinutes(2),
                static _ => Task.FromResult(true),
                NullObserver.Instance,
                cancellationToken
            )
        )
        {
            // Installed.
        }

        await AddAsync(NodeSmithResources.Providers, "NodeSmithProvider", "sim", """{"type":"simulated"}""");
        await AddAsync(
            NodeSmithResources.Pools,
            "NodeSmithPool",
            "small",
            """{"providerRef":"sim","limits":{"minNodes":0,"maxNodes":10,"cpuCores":0,"memoryMiB":0},"machineTemplate":{}}"""
        );
        await AddAsync(NodeSmithResources.ControlPlanes, "NodeSmithControlPlane", "plane", """{"pools":["small"]}""");
        return new(cluster);

        async Task AddAsync<T>(ResourceType<T> type, string kind, string name, string spec)
            where T : KubernetesObject
        {
            var manifest = new JsonObject
            {
                ["apiVersion"] = NodeSmithNames.ApiVersion,
                ["kind"] = kind,
                ["metadata"] = new JsonObject { ["name"] = name },
                ["spec"] = JsonNode.Parse(spec),
            };
            using var content = new StringContent(manifest.ToJsonString(), Encoding.UTF8, "application/json");
            await session
                .Connection()
                .Client.SendAsync(
                    HttpMethod.Post,
                    type.Path(NodeSmithNames.DefaultNamespace),
                    content,
                    type.Item,
                    RequestOptions.Default,
                    cancellationToken
                );
        }
    }

    public void Dispose() => _cluster.Dispose();
}

using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.Autoscaling.Installation;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Server.Clusters;
using NodeManager.Server.Scaling;

namespace NodeManager.Server.Demonstration;

/// <summary>An autoscaler with a pool of simulated machines, a pending pod that gets its node, and one for which no machine is large enough.</summary>
internal sealed partial class DemoAutoscaler(ClusterSession cluster, AutoscalerRoutes autoscaler)
{
    public const string Pool = "burst";

    private const string Namespace = NodeSmithNames.DefaultNamespace;
    private const string Label = "example.com/pool";

    private static readonly TimeSpan InstallationLimit = TimeSpan.FromMinutes(2);

    private NodeManagerSession Session => cluster.Session;

    public async Task StartAsync(CancellationToken stop)
    {
        await foreach (
            AutoscalerObject _ in AutoscalerInstaller.InstallAsync(
                Session,
                Namespace,
                InstallationLimit,
                static _ => Task.FromResult(true),
                NullObserver.Instance,
                stop
            )
        )
        {
            // All of them.
        }

        await CreateAsync("NodeSmithProvider", "simulated", """{"type":"simulated"}""", stop);
        await CreateAsync("NodeSmithControlPlane", "demo", $$"""{"pools":["{{Pool}}"]}""", stop);
        await CreateAsync(
            "NodeSmithPool",
            Pool,
            $$$"""
            {"providerRef":"simulated","limits":{"minNodes":0,"maxNodes":3,"cpuCores":16,"memoryMiB":65536},
             "machineTemplate":{"labels":{"{{{Label}}}":"{{{Pool}}}"} } }
            """,
            stop
        );
        autoscaler.Start(DemoService.User, Namespace);
        await CreatePodAsync("report", "500m", stop);
        await CreatePodAsync("training", "900", stop);
    }

    private Task<JsonObject> CreateAsync(string kind, string name, string spec, CancellationToken stop) =>
        SendAsync(
            $"/apis/{NodeSmithNames.ApiVersion}/namespaces/{Namespace}/{kind.ToLowerInvariant()}s",
            $$"""{"apiVersion":"{{NodeSmithNames.ApiVersion}}","kind":"{{kind}}","metadata":{"name":"{{name}}"},"spec":{{spec}}}""",
            stop
        );

    // Only the pool's machines have the label.
    private Task<JsonObject> CreatePodAsync(string name, string cpu, CancellationToken stop) =>
        SendAsync(
            "/apis/apps/v1/namespaces/default/deployments",
            $$$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{{name}}}"},
             "spec":{"replicas":1,"selector":{"matchLabels":{"app":"{{{name}}}"}},"template":{"metadata":{"labels":{"app":"{{{name}}}"}},
             "spec":{"nodeSelector":{"{{{Label}}}":"{{{Pool}}}"},
             "containers":[{"name":"main","image":"example.com/{{{name}}}:1","resources":{"requests":{"cpu":"{{{cpu}}}","memory":"256Mi"} } }]} } } }
            """,
            stop
        );

    private Task<JsonObject> SendAsync(string path, string body, CancellationToken stop) =>
        Session
            .Connection()
            .Client.SendAsync(
                HttpMethod.Post,
                path,
                new StringContent(body, Encoding.UTF8, "application/json"),
                DemoJson.Default.JsonObject,
                RequestOptions.Default,
                stop
            );

    [JsonSerializable(typeof(JsonObject))]
    private sealed partial class DemoJson : JsonSerializerContext;
}

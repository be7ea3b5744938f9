using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Bench.Clients;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;
using NodeManager.Sandbox;

namespace NodeManager.Bench.Inside;

/// <summary>The scheduler of a large embedded cluster: how long until all pods of a new Deployment are bound.</summary>
internal static class Scheduling
{
    public static async Task RunAsync(int nodes, int pods)
    {
        using SandboxCluster cluster = SandboxCluster.Start(new() { Nodes = nodes });
        using var client = new KubernetesClient(cluster.Server, cluster.CreateTransport());
        var manifest = JsonNode.Parse(
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"bench"},"spec":{"selector":{"matchLabels":{"app":"bench"}},"template":{"metadata":{"labels":{"app":"bench"}},
            "spec":{"containers":[{"name":"main","image":"registry.invalid/app","resources":{"requests":{"cpu":"10m","memory":"16Mi"}}}]}}}}
            """
        )!;
        manifest["spec"]!["replicas"] = pods;
        using var content = new StringContent(manifest.ToJsonString(), Encoding.UTF8, "application/json");
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        await client.SendAsync(
            HttpMethod.Post,
            Resources.Deployments.Path("default"),
            content,
            Resources.Deployments.Item,
            RequestOptions.Default,
            CancellationToken.None
        );
        HashSet<string> bound = [];
        await foreach (
            WatchEvent<Pod> change in client.WatchAsync(
                Resources.Pods,
                new() { Namespace = "default", LabelSelector = "app=bench" },
                CancellationToken.None
            )
        )
        {
            if (change.Object?.Spec.NodeName is { Length: > 0 })
                bound.Add(change.Object.Metadata.Name);
            if (bound.Count == pods)
                break;
        }

        TimeSpan took = watch.Elapsed;
        using var process = Process.GetCurrentProcess();
        InsideProcess.Write(
            new(took.TotalMilliseconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds, process.PeakWorkingSet64)
        );
    }
}

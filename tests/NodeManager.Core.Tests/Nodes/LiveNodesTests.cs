using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Caching;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Tests.Nodes;

public sealed class LiveNodesTests
{
    [Fact]
    public async Task Usage_follows_the_metrics_and_requests_follow_the_pods()
    {
        await using ManualCluster cluster = await ManualCluster.StartAsync(3);
        using LiveNodes live = new(cluster.Session);
        await live.ReadyAsync(default);
        using CancellationTokenSource stop = new();
        Task polling = live.RunAsync(stop.Token);
        ClusterNode first = live.List()[0];

        await cluster.UntilAsync(() => Now().Usage?.MeasuredAt > first.Usage?.MeasuredAt, "other metrics", TimeSpan.FromSeconds(1));
        Assert.Equal((first.PodCount, first.Requested!.Cpu), (Now().PodCount, Now().Requested!.Cpu));

        await cluster.Session.Connection().Client.CreateManifestAsync(Resources.Pods, Pod(first.Name), "default", default);
        await cluster.UntilAsync(() => Now().PodCount > first.PodCount, "the pod");
        Assert.Equal((first.PodCount + 1, first.Requested.Cpu + 0.25m), (Now().PodCount, Now().Requested!.Cpu));

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => polling);

        ClusterNode Now() => live.Find(first.Name)!;
    }

    private static JsonObject Pod(string node) =>
        JsonNode
            .Parse(
                $$"""
                {
                  "metadata": { "name": "more" },
                  "spec": {
                    "nodeName": "{{node}}",
                    "containers": [{ "name": "a", "image": "a", "resources": { "requests": { "cpu": "250m" } } }]
                  }
                }
                """
            )!
            .AsObject();
}

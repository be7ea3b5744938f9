using System.Text.Json.Nodes;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Tests.Http;

namespace NodeManager.Sandbox.Tests.Scale;

/// <summary>Our own client on a cluster that closes its watch, because it did not read while much changed.</summary>
[Collection("Memory")]
public sealed class ClosedWatchTests
{
    private const int Kept = 20;
    private const int Size = 200_000;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_client_whose_slow_watch_was_closed_lists_again_and_loses_no_change()
    {
        const int Changes = 200;
        using var served = new ServedCluster(logCapacity: Kept);
        served.Http.Timeout = System.Threading.Timeout.InfiniteTimeSpan;
        ResourceRegistry registry = served.Cluster.Registry;
        using var client = new KubernetesClient(served.Server.Address, new BearerHandler(served.Token, served.CreateHandler()));
        foreach (string name in (string[])["changed", "gone"])
            registry.Create(BuiltInKinds.Nodes, "", Node(name, 0));
        using var stop = new CancellationTokenSource(Timeout);
        await using IAsyncEnumerator<WatchEvent<Node>> events = client
            .WatchAsync(Resources.Nodes, new(), stop.Token)
            .GetAsyncEnumerator(stop.Token);
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        await ReadUntilAsync(events, known, WatchEventType.Synced);
        Set(registry, "changed", 1);
        await ReadUntilAsync(events, known, WatchEventType.Modified);

        // Nobody reads while the cluster writes more than connections and the log hold.
        for (int i = 2; i <= Changes; i++)
            Set(registry, "changed", i);
        registry.Delete(BuiltInKinds.Nodes, "", "gone", DeletionRequest.Default);
        registry.Create(BuiltInKinds.Nodes, "", Node("new", 1));
        for (int i = 2; i <= Changes; i++)
            Set(registry, "new", i);

        // The list after the 410 is the second.
        await ReadUntilAsync(events, known, WatchEventType.Synced);
        Assert.Equal(
            [new("changed", $"{Changes}"), new("new", $"{Changes}")],
            known.OrderBy(static one => one.Key, StringComparer.Ordinal)
        );
        Set(registry, "new", 0);
        await ReadUntilAsync(events, known, WatchEventType.Modified);
        Assert.Equal("0", known["new"]);
    }

    private static async Task ReadUntilAsync(
        IAsyncEnumerator<WatchEvent<Node>> events,
        Dictionary<string, string> known,
        WatchEventType last
    )
    {
        do
        {
            Assert.True(await events.MoveNextAsync());
            if (events.Current.Type == WatchEventType.Deleted)
                known.Remove(events.Current.Object.Metadata.Name);
            else if (events.Current.Type != WatchEventType.Synced)
                known[events.Current.Object.Metadata.Name] = events.Current.Object.Metadata.Labels!["number"];
        } while (events.Current.Type != last);
    }

    private static void Set(ResourceRegistry registry, string name, int number) =>
        registry.Update(
            BuiltInKinds.Nodes,
            "",
            name,
            document =>
            {
                document["metadata"]!["labels"] = Node(name, number)["metadata"]!["labels"]!.DeepClone();
                document["metadata"]!["annotations"] = Node(name, number)["metadata"]!["annotations"]!.DeepClone();
                return document;
            }
        );

    private static JsonObject Node(string name, int number) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject { ["number"] = $"{number}" },
                ["annotations"] = new JsonObject { ["text"] = new string((char)('a' + (number % 26)), Size) },
            },
        };

    private sealed class BearerHandler(string token, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new("Bearer", token);
            return base.SendAsync(request, cancellationToken);
        }
    }
}

using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Conformance.Client;

public sealed class WatchTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_watch_sends_existing_objects_a_bookmark_and_then_changes(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await CreateAsync(cluster, "a");
        await CreateAsync(cluster, "b");
        await using var watch = new WatchLog<Lease>(cluster.Client.WatchAsync, Resources.Leases, new() { Namespace = cluster.Namespace });

        string[] start = [await watch.NextAsync(), await watch.NextAsync(), await watch.NextAsync()];
        await CreateAsync(cluster, "c");
        string created = await watch.NextAsync();
        await LabelAsync(cluster, "a", "tier", "gold");
        string modified = await watch.NextAsync();
        await cluster.Client.DeleteAsync(Resources.Leases, "b", cluster.Namespace, new(), default);
        string deleted = await watch.NextAsync();

        Assert.Equal(["Added a", "Added b", "Synced"], start);
        Assert.Equal(("Added c", "Modified a", "Deleted b"), (created, modified, deleted));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Objects_that_leave_the_selector_are_reported_as_deleted_and_those_that_enter_as_added(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await CreateAsync(cluster, "a", "gold");
        await CreateAsync(cluster, "b");
        await using var watch = new WatchLog<Lease>(
            cluster.Client.WatchAsync,
            Resources.Leases,
            new() { Namespace = cluster.Namespace, LabelSelector = "tier=gold" }
        );

        string[] start = [await watch.NextAsync(), await watch.NextAsync()];
        await LabelAsync(cluster, "b", "tier", "gold");
        string entered = await watch.NextAsync();
        await LabelAsync(cluster, "a", "tier", "silver");
        string left = await watch.NextAsync();

        Assert.Equal(["Added a", "Synced"], start);
        Assert.Equal(("Added b", "Deleted a"), (entered, left));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Pods_of_a_node_are_watched_by_a_field_selector(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await using var watch = new WatchLog<Pod>(
            cluster.Client.WatchAsync,
            Resources.Pods,
            new() { Namespace = cluster.Namespace, FieldSelector = $"spec.nodeName={nodes[0]}" }
        );
        Assert.Equal("Synced", await watch.NextAsync());

        await cluster.AddPodAsync("elsewhere", nodes[1]);
        await cluster.AddPodAsync("here", nodes[0]);
        await cluster.Client.DeleteAsync(Resources.Pods, "here", cluster.Namespace, new() { GracePeriodSeconds = 0 }, default);

        IReadOnlyList<string> seen = await watch.UntilAsync("Deleted here");
        Assert.Equal("Added here", seen[0]);
        Assert.DoesNotContain(seen, change => change.Contains("elsewhere", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_expired_resourceVersion_is_410(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        // Over the wire, because watches of the client relist and never show it. Events, as API servers keep no changes of them in memory.
        WireAnswer answer = await cluster.SendAsync("GET", "/api/v1/events?watch=1&timeoutSeconds=5&resourceVersion=1");

        JsonNode status = answer.Lines[0];
        if (status["type"] is { } type)
        {
            Assert.Equal("ERROR", type.GetValue<string>());
            status = status["object"]!;
        }

        Assert.Equal((410, "Expired"), (status["code"]!.GetValue<int>(), status["reason"]!.GetValue<string>()));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_watch_of_an_unknown_resource_fails(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        ResourceType<Lease> unknown = Resources.Leases with { Plural = "leeches" };
        await using var watch = new WatchLog<Lease>(cluster.Client.WatchAsync, unknown, new() { Namespace = cluster.Namespace });

        KubernetesException e = await Assert.ThrowsAsync<KubernetesException>(watch.NextAsync);

        Assert.Equal(HttpStatusCode.NotFound, e.Code);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_cancelled_watch_ends(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (
                WatchEvent<Lease> change in cluster.Client.WatchAsync(Resources.Leases, new() { Namespace = cluster.Namespace }, stop.Token)
            )
            {
                if (change.Type == WatchEventType.Synced)
                    await stop.CancelAsync();
            }
        });
    }

    private static Task<Lease> CreateAsync(TestCluster cluster, string name, string tier = "none") =>
        cluster.CreateAsync(
            Resources.Leases,
            new()
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = name,
                    ["labels"] = new JsonObject { ["tier"] = tier },
                },
                ["spec"] = new JsonObject(),
            }
        );

    private static Task LabelAsync(TestCluster cluster, string lease, string key, string value) =>
        cluster.Client.PatchAsync(
            Resources.Leases,
            lease,
            cluster.Namespace,
            Patch.Merge(new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [key] = value } } }),
            null,
            RequestOptions.Default,
            default
        );
}

using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Ownership;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;

namespace NodeManager.Conformance.Semantics;

/// <summary>What watches hear of a pod that ends immediately: that it ends, with a grace of none, and then that it is gone.</summary>
public sealed class PodEndTests
{
    [SkippableTheory]
    [AllBackends("Pending", null)]
    [AllBackends("Pending", """{"gracePeriodSeconds":0}""")]
    [AllBackends("Pending", """{"gracePeriodSeconds":60}""")]
    [AllBackends("Failed", """{"gracePeriodSeconds":60}""")]
    public async Task A_pod_without_a_node_is_marked_for_deletion_before_it_is_deleted(string backend, string phase, string? options)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        JsonObject manifest = Manifests.Pod("one", null);
        manifest["spec"]!["schedulerName"] = "nobody";
        await cluster.CreateAsync(Resources.Pods, manifest);
        (
            await cluster.SendAsync(
                "PATCH",
                Path(cluster) + "/status",
                $$$"""{"status":{"phase":"{{{phase}}}"}}""",
                "application/merge-patch+json"
            )
        ).Must(HttpStatusCode.OK);

        IReadOnlyList<string> told = await EndAsync(cluster, options);

        Assert.Equal(["Modified 0 ends", "Deleted 0 ends"], told);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_force_deleted_running_pod_is_marked_for_deletion_before_it_is_deleted(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddPodAsync("one", await cluster.AddNodeAsync());

        IReadOnlyList<string> told = await EndAsync(cluster, """{"gracePeriodSeconds":0}""");

        Assert.Equal(["Modified 0 ends", "Deleted 0 ends"], told);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_pod_with_a_finalizer_is_marked_for_deletion_once(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        JsonObject manifest = Manifests.Pod("one", null);
        manifest["spec"]!["schedulerName"] = "nobody";
        manifest["metadata"]!["finalizers"] = new JsonArray("example.com/hold");
        await cluster.CreateAsync(Resources.Pods, manifest);

        IReadOnlyList<string> told = await EndAsync(
            cluster,
            null,
            () => cluster.SendAsync("PATCH", Path(cluster), """{"metadata":{"finalizers":null}}""", "application/merge-patch+json")
        );

        Assert.Equal(["Modified 0 ends", "Deleted 0 ends"], told);
    }

    // Deletes the pod, and tells what a watch hears of it from then on: no kubelet writes to one that is on no node, or was force-deleted.
    private static async Task<IReadOnlyList<string>> EndAsync(TestCluster cluster, string? options, Func<Task>? afterwards = null)
    {
        using var stop = new CancellationTokenSource(Eventually.Limit);
        await using IAsyncEnumerator<WatchEvent<Pod>> watch = cluster
            .Client.WatchAsync(Resources.Pods, new() { Namespace = cluster.Namespace }, stop.Token)
            .GetAsyncEnumerator();
        do Assert.True(await watch.MoveNextAsync());
        while (watch.Current.Type != WatchEventType.Synced);

        (await cluster.SendAsync("DELETE", Path(cluster), options)).Must(HttpStatusCode.OK);
        if (afterwards is not null)
            await afterwards();
        List<string> told = [];
        do
        {
            Assert.True(await watch.MoveNextAsync());
            ObjectMeta pod = watch.Current.Object.Metadata;
            if (pod.DeletionTimestamp is not null || watch.Current.Type == WatchEventType.Deleted)
                told.Add($"{watch.Current.Type} {pod.DeletionGracePeriodSeconds} {(pod.DeletionTimestamp is null ? "stays" : "ends")}");
        } while (watch.Current.Type != WatchEventType.Deleted);
        return told;
    }

    private static string Path(TestCluster cluster) => $"/api/v1/namespaces/{cluster.Namespace}/pods/one";
}

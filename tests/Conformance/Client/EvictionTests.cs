using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Client;

public sealed class EvictionTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_pod_without_a_PDB_is_evicted(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        Pod pod = await cluster.AddPodAsync("one", await cluster.AddNodeAsync());

        await EvictAsync(cluster, "one", new() { DryRun = ["All"] });
        Pod after = await cluster.GetAsync(Resources.Pods, "one");
        await EvictAsync(cluster, "one", new() { Preconditions = new() { Uid = pod.Metadata.Uid } });

        Assert.Null(after.Metadata.DeletionTimestamp);
        await cluster.WaitForGoneAsync(Resources.Pods, "one");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_recreated_pod_is_not_evicted(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.AddPodAsync("one", await cluster.AddNodeAsync());

        await Refusal.OfAsync(
            HttpStatusCode.Conflict,
            "Conflict",
            () => EvictAsync(cluster, "one", new() { Preconditions = new() { Uid = "another" } })
        );
        await Refusal.OfAsync(HttpStatusCode.NotFound, "NotFound", () => EvictAsync(cluster, "no-such", new()));

        Assert.Null((await cluster.GetAsync(Resources.Pods, "one")).Metadata.DeletionTimestamp);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_blocking_PDB_is_named_with_the_reason(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodesAsync(2);
        IReadOnlyList<Pod> pods = await cluster.AddReplicaSetAsync("web", 3);
        await cluster.AddBudgetAsync("web-budget", "web", "minAvailable", 3, allows: 0);

        KubernetesException e = await Refusal.OfAsync(
            HttpStatusCode.TooManyRequests,
            "TooManyRequests",
            () => EvictAsync(cluster, pods[0].Metadata.Name, new())
        );

        Assert.True(e.HasCause("DisruptionBudget"));
        Assert.Equal("Cannot evict pod as it would violate the pod's disruption budget.", e.Message);
        Assert.Contains(
            e.Status!.Details!.Causes!,
            c => c.Message == "The disruption budget web-budget needs 3 healthy pods and has 3 currently"
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_PDB_allows_further_evictions_after_replacements(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        IReadOnlyList<Pod> pods = await cluster.AddReplicaSetAsync("web", 3);
        await cluster.AddBudgetAsync("web-budget", "web", "maxUnavailable", 1, allows: 1);
        await CordonAsync(true);

        await EvictAsync(cluster, pods[0].Metadata.Name, new());
        await Refusal.OfAsync(HttpStatusCode.TooManyRequests, "TooManyRequests", () => EvictAsync(cluster, pods[1].Metadata.Name, new()));

        await cluster.WaitForGoneAsync(Resources.Pods, pods[0].Metadata.Name);
        await CordonAsync(false);
        await cluster.WaitForReadyPodsAsync("app=web", 3);
        await Eventually.HoldsAsync(
            "the budget allows one more",
            async () =>
            {
                try
                {
                    await EvictAsync(cluster, pods[1].Metadata.Name, new());
                    return true;
                }
                catch (KubernetesException e) when (e.Code == HttpStatusCode.TooManyRequests)
                {
                    return false;
                }
            }
        );

        // The replacement gets no node before the second eviction was refused, however late that is.
        Task CordonAsync(bool isCordoned) =>
            Task.WhenAll(
                nodes.Select(node =>
                    cluster.Client.PatchAsync(
                        Resources.Nodes,
                        node,
                        null,
                        Patch.Merge(new() { ["spec"] = new JsonObject { ["unschedulable"] = isCordoned } }),
                        null,
                        new(),
                        default
                    )
                )
            );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Two_PDBs_for_one_pod_are_a_server_error(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodeAsync();
        IReadOnlyList<Pod> pods = await cluster.AddReplicaSetAsync("web", 2);
        await cluster.AddBudgetAsync("first", "web", "maxUnavailable", 1, allows: 1);
        await cluster.AddBudgetAsync("second", "web", "maxUnavailable", 1, allows: 1);

        KubernetesException e = await Assert.ThrowsAsync<KubernetesException>(() => EvictAsync(cluster, pods[0].Metadata.Name, new()));

        Assert.Equal(HttpStatusCode.InternalServerError, e.Code);
        Assert.Contains("more than one PodDisruptionBudget", e.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_pod_that_is_not_running_bypasses_its_PDB(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync();
        await cluster.AddPodAsync("healthy", node, p => p.Label("app", "web"));
        await cluster.AddPodAsync("pending", node, p => p.Label("app", "web").Annotate("fake-kubelet/start-delay", "600"), "Pending");
        await cluster.AddPodAsync("failed", node, p => p.Label("app", "web").Annotate("fake-kubelet/fail", "true"), "Failed");
        await cluster.AddBudgetAsync("web-budget", "web", "minAvailable", 1, allows: 0);

        await EvictAsync(cluster, "pending", new());
        await EvictAsync(cluster, "failed", new());

        await Refusal.OfAsync(HttpStatusCode.TooManyRequests, "TooManyRequests", () => EvictAsync(cluster, "healthy", new()));
        await cluster.WaitForGoneAsync(Resources.Pods, "pending");
        await cluster.WaitForGoneAsync(Resources.Pods, "failed");
    }

    private static Task EvictAsync(TestCluster cluster, string pod, DeleteOptions options) =>
        cluster.Client.EvictAsync(pod, cluster.Namespace, options, default);
}

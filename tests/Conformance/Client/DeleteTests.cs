using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Client;

public sealed class DeleteTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task Preconditions_protect_a_recreated_object(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        Pod pod = await cluster.CreateAsync(Resources.Pods, Manifests.Pod("one", "no-node"));

        await Refusal.OfAsync(HttpStatusCode.Conflict, "Conflict", () => DeleteAsync(cluster, "one", new() { Uid = "another" }));
        await Refusal.OfAsync(HttpStatusCode.Conflict, "Conflict", () => DeleteAsync(cluster, "one", new() { ResourceVersion = "1" }));
        Pod kept = await cluster.GetAsync(Resources.Pods, "one");
        await DeleteAsync(cluster, "one", new() { Uid = pod.Metadata.Uid });

        Assert.Null(kept.Metadata.DeletionTimestamp);
        Assert.False(await cluster.ExistsAsync(Resources.Pods, "one"));
        await Refusal.OfAsync(HttpStatusCode.NotFound, "NotFound", () => DeleteAsync(cluster, "one", null));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_running_pod_is_terminated_by_its_kubelet_within_the_grace_period(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        await cluster.AddPodAsync("slow", node, p => p.Annotate("fake-kubelet/slow-terminate", "never"));

        await cluster.Client.DeleteAsync(Resources.Pods, "slow", cluster.Namespace, new() { GracePeriodSeconds = 7 }, default);
        Pod terminating = await cluster.GetAsync(Resources.Pods, "slow");
        await cluster.AnnotateAsync(Resources.Pods, "slow", "slow-terminate", null);

        Assert.NotNull(terminating.Metadata.DeletionTimestamp);
        Assert.Equal(7, terminating.Metadata.DeletionGracePeriodSeconds);
        await cluster.WaitForGoneAsync(Resources.Pods, "slow");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_pod_without_a_node_is_deleted_immediately(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        JsonObject pod = Manifests.Pod("one", null).PodSpec(new() { ["nodeSelector"] = new JsonObject { ["no"] = "node" } });
        await cluster.CreateAsync(Resources.Pods, pod);

        await cluster.Client.DeleteAsync(Resources.Pods, "one", cluster.Namespace, new(), default);

        Assert.False(await cluster.ExistsAsync(Resources.Pods, "one"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Without_a_grace_period_a_stuck_pod_is_deleted_immediately(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        await cluster.AddPodAsync("stuck", node, p => p.Annotate("fake-kubelet/slow-terminate", "never"));

        await cluster.Client.DeleteAsync(Resources.Pods, "stuck", cluster.Namespace, new() { GracePeriodSeconds = 0 }, default);

        Assert.False(await cluster.ExistsAsync(Resources.Pods, "stuck"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_finalizer_keeps_an_object_until_it_is_removed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        await cluster.CreateAsync(
            Resources.Leases,
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = "held", ["finalizers"] = new JsonArray("example.com/hold") },
                ["spec"] = new JsonObject(),
            }
        );

        await cluster.Client.DeleteAsync(Resources.Leases, "held", cluster.Namespace, new(), default);
        Lease held = await cluster.GetAsync(Resources.Leases, "held");
        await cluster.Client.PatchAsync(
            Resources.Leases,
            "held",
            cluster.Namespace,
            Patch.Merge(new() { ["metadata"] = new JsonObject { ["finalizers"] = null } }),
            null,
            RequestOptions.Default,
            default
        );

        Assert.NotNull(held.Metadata.DeletionTimestamp);
        Assert.False(await cluster.ExistsAsync(Resources.Leases, "held"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Pods_are_deleted_with_their_workload(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("web", 2);

        await cluster.Client.DeleteAsync(
            Resources.ReplicaSets,
            "web",
            cluster.Namespace,
            new() { PropagationPolicy = "Background" },
            default
        );

        await cluster.WaitForGoneAsync(Resources.ReplicaSets, "web");
        await cluster.WaitForPodsAsync("no pods", null, static pods => pods.Count == 0);
    }

    private static Task DeleteAsync(TestCluster cluster, string pod, Preconditions? preconditions) =>
        cluster.Client.DeleteAsync(
            Resources.Pods,
            pod,
            cluster.Namespace,
            new() { GracePeriodSeconds = 0, Preconditions = preconditions },
            default
        );
}

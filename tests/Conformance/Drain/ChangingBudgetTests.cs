using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

/// <summary>Budgets that allow only when something else happens, and pods that leave with their namespace or with volumes.</summary>
public sealed class ChangingBudgetTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_PDB_that_allows_evictions_after_scaling_unblocks_the_drain(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2, WithTier);
        await cluster.AddReplicaSetAsync("helper", 0, WithTier);
        await AddTierBudgetAsync(cluster, 2);
        var listener = new Listener();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new(), listener);
        await listener.HearsAsync("/tier");
        await cluster.Client.PatchAsync(
            Resources.ReplicaSets,
            "helper",
            cluster.Namespace,
            Patch.Merge(new() { ["spec"] = new JsonObject { ["replicas"] = 1 } }),
            null,
            RequestOptions.Default,
            default
        );
        NodeDrainResult result = await drain;

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(2, result.Evicted);
        Assert.All(result.Pods, p => Assert.Equal(DrainPodOutcome.Evicted, p.Outcome));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_PDB_that_its_controller_lifts_unblocks_the_drain(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string full = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("storage", 1);
        await cluster.AddReplicaSetAsync("web", 3);
        string empty = (await AddEmptyAsync(cluster))!;
        await cluster.AddBudgetAsync("storage", "storage", "maxUnavailable", 0, allows: 0);

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new());
        // What a storage engine does: its own pod may go when nothing on the node uses it any more.
        await cluster.WaitForPodsAsync("the others gone", "app=web", pods => pods.All(p => p.Spec.NodeName != full));
        await cluster.DeleteBudgetAsync("storage");
        NodeDrainResult result = await drain;

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(4, result.Evicted);
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("storage", 1));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Pods_of_a_terminating_namespace_are_waited_for(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 3, w => w.AnnotatePods("fake-kubelet/slow-terminate", "2"));
        await cluster.AddBudgetAsync("never", "web", "maxUnavailable", 0, allows: 0);
        var listener = new Listener();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new(), listener);
        await listener.HearsAsync("/never");
        await cluster.Client.DeleteAsync(Resources.Namespaces, cluster.Namespace, null, new(), default);
        NodeDrainResult result = await drain;

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal((3, 0), (result.Pods.Count(p => p.Outcome is DrainPodOutcome.Gone or DrainPodOutcome.Evicted), result.Remaining));
    }

    private static void WithTier(JsonObject workload) => workload["spec"]!["template"]!["metadata"]!["labels"]!["tier"] = "one";

    private static async Task AddTierBudgetAsync(TestCluster cluster, int healthy)
    {
        string version = cluster.Capabilities.BudgetVersion;
        await cluster.CreateAsync(
            Resources.PodDisruptionBudgets(version),
            Manifests.Budget(version, "tier", new Dictionary<string, string> { ["tier"] = "one" }, "minAvailable", healthy)
        );
        await cluster.WaitForAsync(
            Resources.PodDisruptionBudgets(version),
            "tier",
            b => b.Status.ExpectedPods == 2 && b.Status.CurrentHealthy == 2
        );
    }

    private static async Task<string?> AddEmptyAsync(TestCluster cluster)
    {
        string name = $"node-{cluster.Id}-empty";
        await cluster.CreateAsync(Resources.Nodes, Manifests.Node(name, cluster.Mark));
        Node node = await cluster.WaitForAsync(
            Resources.Nodes,
            name,
            n => n.Spec.Taints is null or [] && n.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true
        );
        return node.Metadata.Name;
    }
}

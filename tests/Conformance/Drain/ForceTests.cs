using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Drain;

[Takes(110)]
public sealed class ForceTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_blocking_PDB_is_overridden_after_the_specified_time(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, string empty) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.AddBudgetAsync("never", "web", "maxUnavailable", 0, allows: 0);

        NodeDrainResult result = await cluster.DrainAsync(full, new() { OverrideBudgetAfter = TimeSpan.FromSeconds(3) });

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(2, result.Forced);
        Assert.All(result.Pods, p => Assert.Equal((DrainPodOutcome.Deleted, DrainForce.Budget), (p.Outcome, p.Forced.ToString())));
        Assert.True(result.Duration >= TimeSpan.FromSeconds(3), result.Describe());
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("web", 2));
    }

    [SkippableTheory]
    [AllBackends(false)]
    [AllBackends(true)]
    public async Task Pods_deleted_despite_their_PDB_are_deleted_one_at_a_time_by_default(string backend, bool concurrently)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, string empty) = await cluster.AddFullAndEmptyNodeAsync(
            "web",
            3,
            w => w.AnnotatePods("fake-kubelet/start-delay", "2")
        );
        await cluster.AddBudgetAsync("never", "web", "maxUnavailable", 0, allows: 0);
        await cluster.CordonForSchedulerAsync(full);

        (NodeDrainResult result, IReadOnlyList<int> ready) = await cluster.CountReadyAsync(
            "web",
            () =>
                cluster.DrainAsync(full, new() { OverrideBudgetAfter = TimeSpan.FromSeconds(1), OverrideBudgetConcurrently = concurrently })
        );

        Assert.True(result is { Status: NodeDrainStatus.Drained, Forced: 3 }, result.Describe());
        Assert.Equal(concurrently ? 0 : 2, ready.Min());
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("web", 3));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_pod_that_its_kubelet_never_terminates_is_force_deleted(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync();
        await cluster.AddPodAsync("stuck", node, p => p.Annotate("fake-kubelet/slow-terminate", "never"));

        NodeDrainResult result = await cluster.DrainAsync(node, new() { DeleteUnmanagedPods = true, ForceStuck = TimeSpan.FromSeconds(2) });

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(DrainForce.Stuck, Assert.Single(result.Pods).Forced.ToString());
        Assert.False(await cluster.ExistsAsync(Resources.Pods, "stuck"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_StatefulSet_pod_on_an_unready_node_is_force_deleted_only_when_the_node_is_powered_off(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync();
        await cluster.AddWorkloadAsync(
            Resources.StatefulSets,
            "StatefulSet",
            "db",
            1,
            w => w.AnnotatePods("fake-kubelet/slow-terminate", "never")
        );
        await cluster.AnnotateAsync(Resources.Nodes, node, "ready", "false");
        await cluster.WaitForAsync(
            Resources.Nodes,
            node,
            n => n.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "False" }) == true
        );

        NodeDrainResult refused = await cluster.DrainAsync(node, new() { ForceStuck = TimeSpan.FromSeconds(1), Timeout = Eventually.Soon });
        await cluster.Client.PatchAsync(
            Resources.Nodes,
            node,
            null,
            Patch.Merge(
                new()
                {
                    ["spec"] = new JsonObject
                    {
                        ["taints"] = new JsonArray(
                            new JsonObject
                            {
                                ["key"] = "node.kubernetes.io/out-of-service",
                                ["value"] = "nodeshutdown",
                                ["effect"] = "NoExecute",
                            }
                        ),
                    },
                }
            ),
            null,
            RequestOptions.Default,
            default
        );
        NodeDrainResult forced = await cluster.DrainAsync(node, new() { ForceStuck = TimeSpan.FromSeconds(1) });

        Assert.True(refused.Status == NodeDrainStatus.TimedOut, refused.Describe());
        Assert.Contains("StatefulSet", Assert.Single(refused.Blockers).Message, StringComparison.Ordinal);
        Assert.Contains("out-of-service", refused.Blockers[0].Remedy, StringComparison.Ordinal);
        Assert.True(forced.Status == NodeDrainStatus.Drained, forced.Describe());
    }
}

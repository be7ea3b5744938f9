using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

public sealed class DrainTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task Pods_move_to_other_nodes_and_DaemonSet_pods_stay(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, string empty) = await cluster.AddFullAndEmptyNodeAsync("web", 3);
        await cluster.AddWorkloadAsync(Resources.DaemonSets, "DaemonSet", "agent", 2);

        NodeDrainResult result = await cluster.DrainAsync(full, new() { Reason = "new disk" });

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal((3, 1, 0, true), (result.Evicted, result.Skipped, result.Remaining, result.Cordoned));
        Assert.All(result.Pods.Where(p => p.Outcome == DrainPodOutcome.Evicted), p => Assert.True(p.Attempts >= 1));
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("web", 3));
        Assert.Equal(2, (await cluster.WaitForReadyPodsAsync("app=agent", 2)).Count);
        Assert.True((await cluster.GetAsync(Resources.Nodes, full)).Spec.Unschedulable);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_drained_node_records_the_reason_until_it_is_uncordoned(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        await cluster.DrainAsync(node, new() { Reason = "new disk" });
        NodeManagerSession session = await cluster.ConnectAsync();

        Node drained = await cluster.GetAsync(Resources.Nodes, node);
        ClusterNode back = await NodeEditor.SetUnschedulableAsync(session, node, false, false, default);

        Assert.Contains(drained.Metadata.Annotations!.Values, v => v.Contains("new disk", StringComparison.Ordinal));
        Assert.DoesNotContain(back.Annotations.Values, v => v.Contains("new disk", StringComparison.Ordinal));
        await Eventually.HoldsAsync(
            "events about the node",
            async () =>
                (
                    await cluster.Client.ListAsync(
                        Resources.Events,
                        new() { Namespace = "default", FieldSelector = $"involvedObject.kind=Node,involvedObject.name={node}" },
                        default
                    )
                ).Items.Exists(e => e.Message?.Contains("new disk", StringComparison.Ordinal) == true)
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Unmanaged_pods_are_refused_until_they_are_permitted(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("web", 1);
        await cluster.AddPodAsync("bare", node);

        NodeDrainResult refused = await cluster.DrainAsync(node, new());
        Node untouched = await cluster.GetAsync(Resources.Nodes, node);
        NodeDrainResult allowed = await cluster.DrainAsync(node, new() { DeleteUnmanagedPods = true });

        Assert.True(refused.Status == NodeDrainStatus.Blocked, refused.Describe());
        Assert.Equal(DrainPodOutcome.Refused, refused.Pods.Single(p => p.Name == "bare").Outcome);
        Assert.Contains(refused.Blockers, b => b.Kind == "Pod" && b.Name == $"{cluster.Namespace}/bare");
        Assert.NotEqual(true, untouched.Spec.Unschedulable);
        Assert.Equal(0, refused.Evicted);
        Assert.True(allowed.Status == NodeDrainStatus.Drained, allowed.Describe());
        Assert.False(await cluster.ExistsAsync(Resources.Pods, "bare"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Local_data_is_refused_until_its_loss_is_allowed(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("cache", 2, DrainPlanTests.WithEmptyDir);

        NodeDrainResult refused = await cluster.DrainAsync(full, new());
        NodeDrainResult allowed = await cluster.DrainAsync(full, new() { DeleteEmptyDirData = true });

        Assert.True(refused.Status == NodeDrainStatus.Blocked, refused.Describe());
        Assert.Equal(2, refused.Pods.Count(p => p.Outcome == DrainPodOutcome.Refused));
        Assert.True(allowed.Status == NodeDrainStatus.Drained, allowed.Describe());
        Assert.Equal(2, allowed.Evicted);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Several_nodes_are_drained_concurrently(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await cluster.AddReplicaSetAsync("web", 4);
        await cluster.CreateAsync(Resources.Nodes, Manifests.Node($"node-{cluster.Id}-empty", cluster.Mark));

        IReadOnlyList<NodeDrainResult> results = await DrainRun.DrainAsync(await cluster.ConnectAsync(), nodes, new());

        Assert.Equal(nodes, results.Select(r => r.Node).Order());
        Assert.All(results, r => Assert.True(r.Status == NodeDrainStatus.Drained, r.Describe()));
        Assert.Equal(4, results.Sum(r => r.Evicted));
        Assert.Equal([$"node-{cluster.Id}-empty"], await cluster.NodesOfReadyPodsAsync("web", 4));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Only_selected_pods_are_evicted(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        await cluster.AddPodAsync("in", node, p => p.Label("tier", "gold"));
        await cluster.AddPodAsync("out", node);

        NodeDrainResult result = await cluster.DrainAsync(node, new() { PodSelector = "tier=gold", DeleteUnmanagedPods = true });

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal((false, true), (await cluster.ExistsAsync(Resources.Pods, "in"), await cluster.ExistsAsync(Resources.Pods, "out")));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_grace_period_is_passed_on(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        await cluster.AddPodAsync("slow", node, p => p.Annotate("fake-kubelet/slow-terminate", "never"));

        Task<NodeDrainResult> drain = cluster.DrainAsync(
            node,
            new() { DeleteUnmanagedPods = true, GracePeriod = TimeSpan.FromSeconds(17) }
        );
        Pod terminating = await cluster.WaitForAsync(Resources.Pods, "slow", p => p.Metadata.DeletionTimestamp is not null);
        await cluster.AnnotateAsync(Resources.Pods, "slow", "slow-terminate", null);

        Assert.Equal(17, terminating.Metadata.DeletionGracePeriodSeconds);
        Assert.Equal(NodeDrainStatus.Drained, (await drain).Status);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_pod_that_tolerates_the_cordon_is_not_evicted_again(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync(
            "stubborn",
            1,
            w =>
                w.PodSpec(
                    new()
                    {
                        ["tolerations"] = new System.Text.Json.Nodes.JsonArray(
                            new System.Text.Json.Nodes.JsonObject { ["operator"] = "Exists" }
                        ),
                    }
                )
        );

        NodeDrainResult result = await cluster.DrainAsync(node, new());

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(1, result.Evicted);
        Assert.All(result.Pods.Where(p => p.Outcome != DrainPodOutcome.Evicted), p => Assert.Equal(DrainPodOutcome.Returned, p.Outcome));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_of_a_drained_node_ends_immediately(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 1);
        await cluster.DrainAsync(full, new());

        NodeDrainResult again = await cluster.DrainAsync(full, new());

        Assert.True(again.Status == NodeDrainStatus.Drained, again.Describe());
        Assert.Equal((0, true), (again.Evicted, again.Cordoned));
    }
}

using System.Diagnostics;
using NodeManager.Conformance.Harness;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

/// <summary>The ways out of a drain other than having drained.</summary>
public sealed class DrainEndTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_pod_stuck_terminating_is_reported(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2, w => w.AnnotatePods("fake-kubelet/slow-terminate", "never"));

        NodeDrainResult result = await cluster.DrainAsync(full, new() { Timeout = Eventually.Soon });

        Assert.True(result.Status == NodeDrainStatus.TimedOut, result.Describe());
        Assert.Equal(2, result.Pods.Count(p => p.Outcome == DrainPodOutcome.Terminating));
        Assert.Contains(result.Blockers, b => b.Kind == "Termination");
        Assert.True(result.Cordoned);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_pod_stuck_for_long_is_skipped_on_request(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        await cluster.AddPodAsync("stuck", node, p => p.Annotate("fake-kubelet/slow-terminate", "never"));
        await cluster.Client.DeleteAsync(Resources.Pods, "stuck", cluster.Namespace, new() { GracePeriodSeconds = 1 }, default);
        NodeManagerSession session = await cluster.ConnectAsync();
        var options = new DrainOptions { SkipWaitForDeleteTimeout = TimeSpan.FromSeconds(1), Timeout = Eventually.Limit };

        await Eventually.HoldsAsync(
            "the pod is overdue",
            async () => Assert.Single(await DrainPlanner.PlanAsync(session, [node], options, default)).Skip == 1
        );
        NodeDrainResult result = Assert.Single(await DrainRun.DrainAsync(session, [node], options));

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(DrainPodOutcome.Skipped, Assert.Single(result.Pods).Outcome);
        Assert.True(await cluster.ExistsAsync(Resources.Pods, "stuck"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_cancelled_drain_ends_quickly_and_keeps_the_cordon(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.AddBudgetAsync("never", "web", "maxUnavailable", 0, allows: 0);
        using var stop = new CancellationTokenSource();
        var listener = new Listener();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new(), listener, stop.Token);
        await listener.HearsAsync("/never");
        long start = Stopwatch.GetTimestamp();
        await stop.CancelAsync();
        NodeDrainResult result = await drain;

        Assert.True(result.Status == NodeDrainStatus.Cancelled, result.Describe());
        // Two seconds are promised; a busy machine gets more.
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal((2, true), (result.Remaining, result.Cordoned));
        Assert.True((await cluster.GetAsync(Resources.Nodes, full)).Spec.Unschedulable);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_deleted_during_the_drain_is_reported(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.AddBudgetAsync("never", "web", "maxUnavailable", 0, allows: 0);

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new());
        await cluster.WaitUntilCordonedAsync(full);
        await cluster.Client.DeleteAsync(Resources.Nodes, full, null, new(), default);
        NodeDrainResult result = await drain;

        Assert.True(result.Status == NodeDrainStatus.Failed, result.Describe());
        Assert.Contains("deleted", result.Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_missing_node_fails_and_the_others_are_drained(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();

        IReadOnlyList<NodeDrainResult> results = await DrainRun.DrainAsync(await cluster.ConnectAsync(), [node, "no-such-node"], new());

        NodeDrainResult unknown = results.Single(r => r.Node == "no-such-node");
        Assert.True(unknown.Status == NodeDrainStatus.Failed, unknown.Describe());
        Assert.Contains("Node 'no-such-node' does not exist", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(NodeDrainStatus.Drained, results.Single(r => r.Node == node).Status);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_recreated_pod_is_not_evicted_for_the_planned_pod(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        Pod first = await cluster.AddPodAsync("one", nodes[0], p => p.Annotate("fake-kubelet/slow-terminate", "never"));

        Task<NodeDrainResult> drain = cluster.DrainAsync(nodes[0], new() { DeleteUnmanagedPods = true });
        await cluster.WaitForAsync(Resources.Pods, "one", p => p.Metadata.DeletionTimestamp is not null);
        await cluster.Client.DeleteAsync(Resources.Pods, "one", cluster.Namespace, new() { GracePeriodSeconds = 0 }, default);
        await cluster.AddPodAsync("one", nodes[1]);
        NodeDrainResult result = await drain;

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(first.Metadata.Uid, Assert.Single(result.Pods).Uid);
        Pod second = await cluster.GetAsync(Resources.Pods, "one");
        Assert.NotEqual(first.Metadata.Uid, second.Metadata.Uid);
        Assert.Null(second.Metadata.DeletionTimestamp);
    }
}

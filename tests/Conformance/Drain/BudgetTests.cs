using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Watching;
using NodeManager.Testing;

namespace NodeManager.Conformance.Drain;

[Takes(110)]
public sealed class BudgetTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_waits_for_a_blocking_PDB_and_continues(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, string empty) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.AddBudgetAsync("web-budget", "web", "minAvailable", 2, allows: 0);
        var listener = new Listener();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new(), listener);
        await listener.HearsAsync("web-budget");
        Assert.False(drain.IsCompleted);
        await SetBudgetAsync(cluster, "web-budget", "minAvailable", 1);
        NodeDrainResult result = await drain;

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(2, result.Evicted);
        Assert.Contains(result.Pods, p => p.Budgets.Contains($"{cluster.Namespace}/web-budget"));
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("web", 2));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Sequential_evictions_wait_for_each_pod(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, string empty) = await cluster.AddFullAndEmptyNodeAsync("web", 10);
        await cluster.CordonForSchedulerAsync(full);
        await cluster.AddBudgetAsync("web-budget", "web", "maxUnavailable", 1, allows: 1);
        using var stop = new CancellationTokenSource();
        Task<int> fewest = FewestReadyAsync(cluster, "app=web", stop.Token);

        NodeDrainResult result = await cluster.DrainAsync(full, new());
        await stop.CancelAsync();

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(10, result.Evicted);
        Assert.Equal(9, await fewest);
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("web", 10));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_permanently_blocking_PDB_is_named_at_the_timeout_and_a_second_run_continues(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, string empty) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.AddReplicaSetAsync("free", 1);
        await cluster.AddBudgetAsync("never", "web", "maxUnavailable", 0, allows: 0);

        NodeDrainResult timedOut = await cluster.DrainAsync(full, new() { Timeout = Eventually.Soon });
        await cluster.DeleteBudgetAsync("never");
        NodeDrainResult again = await cluster.DrainAsync(full, new());

        Assert.True(timedOut.Status == NodeDrainStatus.TimedOut, timedOut.Describe());
        Assert.Equal((2, true), (timedOut.Remaining, timedOut.Cordoned));
        Assert.Equal(2, timedOut.Pods.Count(p => p.Outcome == DrainPodOutcome.Blocked));
        NodeDrainBlocker blocker = Assert.Single(timedOut.Blockers, b => b.Kind == "Budget");
        Assert.Equal($"{cluster.Namespace}/never", blocker.Name);
        Assert.Equal(2, blocker.Pods.Count);
        Assert.True(again.Status == NodeDrainStatus.Drained, again.Describe());
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("web", 2));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_pod_with_two_PDBs_is_reported(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.AddBudgetAsync("first", "web", "maxUnavailable", 1, allows: 1);
        await cluster.AddBudgetAsync("second", "web", "maxUnavailable", 1, allows: 1);

        NodeDrainResult result = await cluster.DrainAsync(full, new() { Timeout = Eventually.Soon });

        Assert.True(result.Status == NodeDrainStatus.TimedOut, result.Describe());
        Assert.Equal(0, result.Evicted);
        Assert.Contains("first", result.Describe(), StringComparison.Ordinal);
        Assert.Contains("second", result.Describe(), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Deletion_ignores_PDBs(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.AddBudgetAsync("never", "web", "maxUnavailable", 0, allows: 0);

        NodeDrainResult result = await cluster.DrainAsync(full, new() { DisableEviction = true });

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(2, result.Pods.Count(p => p.Outcome == DrainPodOutcome.Deleted));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Nodes_drained_together_share_the_allowed_disruptions(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await cluster.AddReplicaSetAsync("web", 4);
        await cluster.CreateAsync(Resources.Nodes, Manifests.Node($"node-{cluster.Id}-empty", cluster.Mark));
        await cluster.AddBudgetAsync("web-budget", "web", "maxUnavailable", 1, allows: 1);
        using var stop = new CancellationTokenSource();
        Task<int> fewest = FewestReadyAsync(cluster, "app=web", stop.Token);

        IReadOnlyList<NodeDrainResult> results = await DrainRun.DrainAsync(await cluster.ConnectAsync(), nodes, new());
        await stop.CancelAsync();

        Assert.All(results, r => Assert.True(r.Status == NodeDrainStatus.Drained, r.Describe()));
        Assert.Equal(3, await fewest);
    }

    private static Task SetBudgetAsync(TestCluster cluster, string name, string bound, int value) =>
        cluster.Client.PatchAsync(
            Resources.PodDisruptionBudgets(cluster.Capabilities.BudgetVersion),
            name,
            cluster.Namespace,
            Patch.Merge(new() { ["spec"] = new JsonObject { [bound] = value } }),
            null,
            RequestOptions.Default,
            default
        );

    // Replays what happened to the pods, in the server's order.
    internal static async Task<int> FewestReadyAsync(TestCluster cluster, string selector, CancellationToken stop)
    {
        var ready = new HashSet<string>();
        int fewest = int.MaxValue;
        bool synced = false;
        try
        {
            await foreach (
                WatchEvent<Pod> change in cluster.Client.WatchAsync(
                    Resources.Pods,
                    new() { Namespace = cluster.Namespace, LabelSelector = selector },
                    stop
                )
            )
            {
                if (change.Type == WatchEventType.Synced)
                    synced = true;
                else if (
                    change.Type != WatchEventType.Deleted
                    && change.Object.Metadata.DeletionTimestamp is null
                    && TestCluster.IsReady(change.Object)
                )
                    ready.Add(change.Object.Metadata.Uid!);
                else
                    ready.Remove(change.Object.Metadata.Uid!);
                if (synced)
                    fewest = Math.Min(fewest, ready.Count);
            }
        }
        catch (OperationCanceledException)
        {
            // The drain is over.
        }

        return fewest;
    }
}

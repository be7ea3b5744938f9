using NodeManager.Conformance.Harness;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

public sealed class SurgeTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_single_replica_with_minAvailable_1_moves_without_downtime(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string full = await cluster.AddNodeAsync();
        await cluster.AddWorkloadAsync(Resources.Deployments, "Deployment", "web", 1);
        await cluster.WaitForAsync(
            Resources.Deployments,
            "web",
            d => d.Status.AvailableReplicas == 1 && d.Status.ObservedGeneration == d.Metadata.Generation
        );
        string empty = $"node-{cluster.Id}-empty";
        await cluster.CreateAsync(Resources.Nodes, Manifests.Node(empty, cluster.Mark));
        await cluster.AddBudgetAsync("one", "web", "minAvailable", 1, allows: 0);
        using var stop = new CancellationTokenSource();
        Task<int> fewest = BudgetTests.FewestReadyAsync(cluster, "app=web", stop.Token);

        NodeDrainResult result = await cluster.DrainAsync(full, new() { Surge = true });
        await stop.CancelAsync();

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(DrainPodOutcome.Replaced, Assert.Single(result.Pods).Outcome);
        Assert.Equal(1, await fewest);
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("web", 1));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_pod_without_a_Deployment_is_not_surged_with_the_reason(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 1);
        await cluster.AddBudgetAsync("one", "web", "minAvailable", 1, allows: 0);

        NodeDrainResult result = await cluster.DrainAsync(full, new() { Surge = true, Timeout = Eventually.Soon });

        Assert.True(result.Status == NodeDrainStatus.TimedOut, result.Describe());
        Assert.Contains(
            result.Warnings,
            w => w.Contains("no surge: no Deployment manages it, but ReplicaSet 'web'", StringComparison.Ordinal)
        );
        Assert.Equal(BudgetOutlook.Never, Assert.Single(result.Blockers).Outlook);
    }
}

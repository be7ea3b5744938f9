using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Core.Drain;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Conformance.Drain;

/// <summary>The same seeded cluster, planned and drained on the embedded cluster and on the real one: what becomes of each pod.</summary>
public sealed class DrainComparisonTests
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_drain_of_the_same_cluster_ends_the_same_for_every_pod(int seed)
    {
        Skip.If(ServerBinaries.Find(out string reason) is null, reason);
        var scenario = new DrainScenario(seed);

        string[][] ends = await Task.WhenAll(RunAsync(scenario, Backend.Real), RunAsync(scenario, Backend.Sandbox), RunAsync(scenario, Backend.OldSandbox));

        Assert.NotEmpty(ends[0]);
        Assert.Equal(ends[0], ends[1]);
        Assert.Equal(ends[0], ends[2]);
    }

    // A line a pod, without what differs from cluster to cluster.
    private static async Task<string[]> RunAsync(DrainScenario scenario, string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await scenario.BuildAsync(cluster);
        NodeManagerSession session = await cluster.ConnectAsync();
        NodeDrainPlan plan = Assert.Single(await DrainPlanner.PlanAsync(session, [node], scenario.Options, default));
        Dictionary<string, string> apps = (await cluster.ListPodsAsync()).ToDictionary(pod => pod.Metadata.Name, pod => pod.Metadata.Labels!["app"]);
        using var over = new CancellationTokenSource();

        Task<NodeDrainResult> drain = cluster.DrainAsync(node, scenario.Options, cancellationToken: over.Token);
        await Eventually.HoldsAsync("the end of what ends", async () => drain.IsCompleted || scenario.IsOver(await PodsOnAsync(cluster, node)));
        await over.CancelAsync();
        NodeDrainResult result = await drain;

        return
        [
            .. plan.Pods.Select(pod => $"{apps[pod.Name]} planned {pod.Decision} {pod.Rule} {pod.FitsElsewhere} {pod.BlockedByBudget}").Order(StringComparer.Ordinal),
            .. result.Pods.Select(pod => $"{apps[pod.Name]} {pod.Outcome}").Order(StringComparer.Ordinal),
        ];
    }

    private static async Task<IEnumerable<Pod>> PodsOnAsync(TestCluster cluster, string node) =>
        (await cluster.ListPodsAsync()).Where(pod => pod.Spec.NodeName == node);
}

using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Drains;

namespace NodeManager.Conformance.Drain;

/// <summary>The same seeded cluster, planned and drained on the embedded cluster and on the real one: what becomes of each pod.</summary>
public sealed class DrainComparisonTests
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_drain_has_the_same_outcome_per_pod_on_all_servers(int seed)
    {
        Skip.If(ServerBinaries.Find(out string reason) is null, reason);
        var scenario = new DrainScenario(seed);

        string[][] ends = await Task.WhenAll(
            RunAsync(scenario, Backend.Real),
            RunAsync(scenario, Backend.Sandbox),
            RunAsync(scenario, Backend.OldSandbox)
        );

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
        Dictionary<string, string> apps = (await cluster.ListPodsAsync()).ToDictionary(
            pod => pod.Metadata.Name,
            pod => pod.Metadata.Labels!["app"]
        );
        (string App, string Title)[] going =
        [
            .. plan.Pods.Where(pod => pod.Decision == DrainDecision.Evict).Select(pod => (apps[pod.Name], $"{pod.Namespace}/{pod.Name}")),
        ];
        var listener = new Listener();
        using var over = new CancellationTokenSource();

        // What the drain knows, not what the server shows: that may be ahead of the drain's watch.
        Task<NodeDrainResult> drain = cluster.DrainAsync(node, scenario.Options, listener, over.Token);
        await Eventually.HoldsAsync(
            "the end of what ends",
            () =>
                Task.FromResult(
                    drain.IsCompleted
                        || scenario.IsOver(going.Select(pod => (pod.App, listener.LastOfPod.GetValueOrDefault(pod.Title, ""))))
                )
        );
        await over.CancelAsync();
        NodeDrainResult result = await drain;

        Assert.True(result.Status != NodeDrainStatus.TimedOut, result.Describe());
        return
        [
            .. plan
                .Pods.Select(pod => $"{apps[pod.Name]} planned {pod.Decision} {pod.Rule} {pod.FitsElsewhere} {pod.BlockedByBudget}")
                .Order(StringComparer.Ordinal),
            .. result.Pods.Select(pod => $"{apps[pod.Name]} {pod.Outcome}").Order(StringComparer.Ordinal),
        ];
    }
}

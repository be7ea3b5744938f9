using NodeManager.Conformance.Faults;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Drain;

/// <summary>Drains through a bad day of the server.</summary>
public sealed class RoughDrainTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_server_outage_only_delays_a_drain(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, string empty) = await PrepareAsync(cluster);
        RoughConnection? connection = null;
        NodeManagerSession session = await cluster.ConnectAsync(inner => connection = new(inner));

        Task<IReadOnlyList<NodeDrainResult>> drain = DrainRun.DrainAsync(session, [full], new());
        await connection!.FirstEviction;
        connection.GoDown();
        await Task.Delay(TimeSpan.FromSeconds(2));
        connection.ComeBack();

        await AssertDrainedAsync(cluster, Assert.Single(await drain), empty);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Watches_interrupted_every_second_do_not_block_a_drain(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, string empty) = await PrepareAsync(cluster, w => w.AnnotatePods("fake-kubelet/start-delay", "1"));
        RoughConnection? connection = null;
        NodeManagerSession session = await cluster.ConnectAsync(inner => connection = new(inner) { WatchLife = TimeSpan.FromSeconds(1) });

        NodeDrainResult result = Assert.Single(await DrainRun.DrainAsync(session, [full], new()));

        await AssertDrainedAsync(cluster, result, empty);
        Assert.True(connection!.Failures > 0);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_survives_a_failure_rate_of_ten_percent(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, string empty) = await PrepareAsync(cluster);
        RoughConnection? connection = null;
        NodeManagerSession session = await cluster.ConnectAsync(inner => connection = new(inner) { FailsEvery = 10 });

        NodeDrainResult result = Assert.Single(await DrainRun.DrainAsync(session, [full], new()));

        await AssertDrainedAsync(cluster, result, empty);
        Assert.True(connection!.Failures > 0);
    }

    // So many pods, one after another, that the drain continues for a while.
    private static async Task<(string Full, string Empty)> PrepareAsync(
        TestCluster cluster,
        Action<System.Text.Json.Nodes.JsonObject>? adjust = null
    )
    {
        (string full, string empty) = await cluster.AddFullAndEmptyNodeAsync("web", 4, adjust);
        await cluster.CordonForSchedulerAsync(full);
        await cluster.AddBudgetAsync("web", "web", "maxUnavailable", 1, allows: 1);
        return (full, empty);
    }

    private static async Task AssertDrainedAsync(TestCluster cluster, NodeDrainResult result, string empty)
    {
        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(4, result.Evicted);
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("web", 4));
    }
}

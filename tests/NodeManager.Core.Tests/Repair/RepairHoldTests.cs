using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Monitoring;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Monitoring.Repair;
using NodeManager.Monitoring.Repair.Execution;

namespace NodeManager.Core.Tests.Repair;

/// <summary>A continuous repair holds the nodes that it only cordons, until they are healthy.</summary>
public sealed class RepairHoldTests
{
    // What a watch brings is gathered for a moment of a clock that stands still until the test moves it, and a cordon takes none: the repair comes to hold
    // the node while the watch still shows it without a claim.
    [Fact]
    public async Task A_node_is_held_from_its_cordon_and_released_once()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(6);
        string[] nodes = await WorkersAsync(cluster);
        RunningOperation repair = await StartAsync(cluster, nodes, maxPerPool: 9);

        foreach (string node in nodes)
            await SetReadyAsync(cluster, node, "false");
        await cluster.UntilAsync(() => Count(repair, NodeRepairStatus.Cordoned) >= nodes.Length, "the cordon");
        await cluster.PassAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(nodes.Order(), repair.Results.OfType<NodeRepairResult>().Select(static result => result.Node).Order());
        foreach (string node in nodes)
            await SetReadyAsync(cluster, node, null);
        await cluster.UntilAsync(() => Count(repair, NodeRepairStatus.Recovered) >= nodes.Length, "the recovery");
        await cluster.PassAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(2 * nodes.Length, repair.Results.Count);
        IReadOnlyList<string> free = await cluster.NodesAsync(static node =>
            node.Spec.Unschedulable != true && node.Metadata.Annotations?.ContainsKey("nodemanager.io/maintenance") != true
        );
        Assert.All(nodes, node => Assert.Contains(node, free));
        await MonitoredCluster.StopAsync(repair);
    }

    // The brake goes by name: the held node would take the only place of the pool each time.
    [Fact]
    public async Task A_held_node_takes_no_place_of_its_pool()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(6);
        string[] nodes = await WorkersAsync(cluster);
        RunningOperation repair = await StartAsync(cluster, nodes, maxPerPool: 1);
        await SetReadyAsync(cluster, nodes[0], "false");
        await cluster.UntilAsync(() => Count(repair, NodeRepairStatus.Cordoned) == 1, "the cordon of the first node");

        await SetReadyAsync(cluster, nodes[1], "false");
        await cluster.UntilAsync(() => repair.Results.Count == 2, "the result of the second node");

        Assert.Equal(
            nodes.Select(static name => (name, NodeRepairStatus.Cordoned)),
            repair.Results.OfType<NodeRepairResult>().Select(static result => (result.Node, result.Status))
        );
        await MonitoredCluster.StopAsync(repair);
    }

    // While it flaps and is down, its finding is not one that the policy repairs.
    [Fact]
    public async Task A_flapping_node_is_released_when_it_has_been_ready_for_long_enough()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(6);
        string node = (await WorkersAsync(cluster))[0];
        RunningOperation repair = await StartAsync(cluster, [node], maxPerPool: 1);
        for (int failures = 0; failures < 3; failures++)
        {
            if (failures > 0)
                await BringAsync(cluster, node, isReady: true);
            await BringAsync(cluster, node, isReady: false);
        }

        await cluster.PassAsync(TimeSpan.FromMinutes(1));
        await BringAsync(cluster, node, isReady: true);
        await cluster.PassAsync(TimeSpan.FromSeconds(5));

        Assert.Equal((1, 0), (Count(repair, NodeRepairStatus.Cordoned), Count(repair, NodeRepairStatus.Recovered)));
        await cluster.UntilAsync(() => Count(repair, NodeRepairStatus.Recovered) == 1, "the recovery");
        await MonitoredCluster.StopAsync(repair);
    }

    // Long enough for the watch to see it, and too short for a recovery.
    private static async Task BringAsync(MonitoredCluster cluster, string node, bool isReady)
    {
        await SetReadyAsync(cluster, node, isReady ? null : "false");
        while ((await cluster.NodesAsync(one => one.Metadata.Name == node && one.Status.Conditions.IsTrue("Ready"))).Count == 1 != isReady)
            await cluster.PassAsync(TimeSpan.FromSeconds(1));
        await cluster.PassAsync(TimeSpan.FromSeconds(2));
    }

    // Healthy ones, by name.
    private static async Task<string[]> WorkersAsync(MonitoredCluster cluster) =>
        [
            .. (
                await cluster.NodesAsync(static node =>
                    !node.IsControlPlane() && node.Spec.Unschedulable != true && node.Status.Conditions.IsTrue("Ready")
                )
            )
                .Order(StringComparer.Ordinal)
                .Take(2),
        ];

    private static async Task<RunningOperation> StartAsync(MonitoredCluster cluster, string[] nodes, int maxPerPool)
    {
        RunningOperation repair = NodeRepairer.Start(
            new RepairRequest
            {
                Session = cluster.Session,
                Names = nodes,
                Policy = new()
                {
                    Actions = [NodeRepairAction.Cordon],
                    MinHealthy = "0",
                    UnhealthyFor = TimeSpan.Zero,
                    CoolDown = TimeSpan.Zero,
                    MaxPerPool = maxPerPool,
                    PoolLabel = "example.com/no-pool",
                },
            }
        );
        await cluster.PassAsync(TimeSpan.FromSeconds(3));
        Assert.Empty(repair.Results);
        return repair;
    }

    private static int Count(RunningOperation repair, string status) =>
        repair.Results.OfType<NodeRepairResult>().Count(result => result.Status == status);

    private static Task SetReadyAsync(MonitoredCluster cluster, string node, string? value) =>
        cluster
            .Session.Connection()
            .Client.PatchAsync(
                Resources.Nodes,
                node,
                null,
                Patch.Merge(
                    new()
                    {
                        ["metadata"] = new System.Text.Json.Nodes.JsonObject
                        {
                            ["annotations"] = new System.Text.Json.Nodes.JsonObject { ["fake-kubelet/ready"] = value },
                        },
                    }
                ),
                null,
                RequestOptions.Default,
                default
            );
}

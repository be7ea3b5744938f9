using System.Text.Json.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Monitoring;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Monitoring.Repair;

namespace NodeManager.Core.Tests.Repair;

/// <summary>Names say what to repair; whether enough nodes are healthy is a question of all nodes.</summary>
public sealed class NamedRepairTests
{
    [Theory]
    [InlineData("1")]
    [InlineData("30%")]
    public async Task The_minimum_counts_the_cluster_for_a_node_that_is_named(string minimum)
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8);
        string node = await BreakOneAsync(cluster);

        IReadOnlyList<(NodeRepairResult Result, NodeManagerException? Failure)> results = await PlanAsync(cluster, node, minimum);

        (NodeRepairResult result, NodeManagerException? failure) = Assert.Single(results);
        Assert.Null(failure);
        Assert.Equal((node, NodeRepairStatus.Planned), (result.Node, result.Status));
    }

    [Fact]
    public async Task A_named_node_that_is_skipped_is_a_failure()
    {
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(8);
        string node = await BreakOneAsync(cluster);

        (NodeRepairResult result, NodeManagerException? failure) = Assert.Single(await PlanAsync(cluster, node, "100%"));

        Assert.Equal((NodeRepairStatus.Skipped, NodeRepairReason.TooFewHealthy), (result.Status, result.Reason));
        Assert.Equal(ErrorIds.NodeNotRepaired, failure?.ErrorId);
        Assert.Contains($"Node '{node}'", failure!.Message, StringComparison.Ordinal);
        Assert.Null(Assert.Single(await PlanAsync(cluster, node[..^1] + "?", "100%"), one => one.Result.Node == node).Failure);
    }

    private static async Task<IReadOnlyList<(NodeRepairResult Result, NodeManagerException? Failure)>> PlanAsync(
        MonitoredCluster cluster,
        string name,
        string minimum
    )
    {
        Task<IReadOnlyList<(NodeRepairResult Result, NodeManagerException? Failure)>> plan = NodeRepairer.PlanAsync(
            new()
            {
                Session = cluster.Session,
                Names = [name],
                IsNamed = true,
                Policy = new()
                {
                    Actions = [NodeRepairAction.Cordon],
                    MinHealthy = minimum,
                    UnhealthyFor = TimeSpan.Zero,
                    CoolDown = TimeSpan.Zero,
                },
            },
            Core.Progress.NullObserver.Instance,
            default
        );
        await cluster.UntilAsync(() => plan.IsCompleted, "the plan");
        return await plan;
    }

    private static async Task<string> BreakOneAsync(MonitoredCluster cluster)
    {
        string node = (
            await cluster.NodesAsync(static one =>
                !one.IsControlPlane() && one.Spec.Unschedulable != true && one.Status.Conditions.IsTrue("Ready")
            )
        )[0];
        await cluster
            .Session.Connection()
            .Client.PatchAsync(
                Resources.Nodes,
                node,
                null,
                Patch.Merge(
                    new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["fake-kubelet/ready"] = "false" } } }
                ),
                null,
                RequestOptions.Default,
                default
            );
        await cluster.PassAsync(TimeSpan.FromSeconds(60));
        return node;
    }
}

using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Maintenance.Options;

namespace NodeManager.Conformance.Maintenance;

/// <summary>A node counts as ready after the script only by what its kubelet has written since.</summary>
public sealed class DeadKubeletTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_kubelet_that_the_script_killed_is_not_ready(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        MaintenanceOptions options = new()
        {
            OnError = MaintenanceErrorAction.Continue,
            WaitReadyTimeout = TimeSpan.FromSeconds(12),
            MaxUnavailable = "2",
        };

        // Its condition Ready stays True until the grace period has ended.
        MaintenanceOutcome outcome = await cluster.RunAsync(
            cluster.Maintain(nodes, options, node => node.Name == nodes[0] ? KillKubeletAsync(cluster, node.Name) : Task.CompletedTask)
        );

        Assert.Equal(NodeMaintenanceStatus.Failed, outcome.Run.Nodes.Single(n => n.Node == nodes[0]).Status);
        Assert.Equal(NodeMaintenanceStatus.Completed, outcome.Run.Nodes.Single(n => n.Node == nodes[1]).Status);
        Assert.Contains("did not renew its Lease", outcome.Run.Nodes.Single(n => n.Node == nodes[0]).Error, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_kubelet_that_was_restarted_is_ready(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = await cluster.AddNodeAsync();

        MaintenanceOutcome outcome = await cluster.RunAsync(
            cluster.Maintain(
                [node],
                null,
                async one =>
                {
                    await KillKubeletAsync(cluster, one.Name);
                    await Task.Delay(TimeSpan.FromSeconds(1));
                    await AnnotateAsync(cluster, one.Name, null);
                }
            )
        );

        Assert.True(outcome.Run.Status == NodeMaintenanceRunStatus.Completed, outcome.Run.Describe());
        await cluster.AssertBackInServiceAsync([node]);
    }

    private static Task KillKubeletAsync(TestCluster cluster, string node) => AnnotateAsync(cluster, node, "stop");

    private static Task AnnotateAsync(TestCluster cluster, string node, string? heartbeat) =>
        cluster.PatchNodeAsync(
            node,
            new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["fake-kubelet/heartbeat"] = heartbeat } } }
        );
}

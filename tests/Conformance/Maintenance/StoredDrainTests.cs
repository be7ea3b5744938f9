using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Operations;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance.Detached;

namespace NodeManager.Conformance.Maintenance;

/// <summary>Drains of the REST API, which belong to no server.</summary>
public sealed class StoredDrainTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_stored_drain_whose_server_was_killed_is_continued_unless_its_node_was_uncordoned(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, speed: 5, quickLeases: true);
        await using DetachedLab lab = await DetachedLab.StartAsync(cluster);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        foreach (string node in nodes)
            await cluster.AddPodAsync("on-" + node, node, static pod => pod["metadata"]!["labels"] = new JsonObject { ["app"] = "held" });
        await cluster.AddBudgetAsync("never", "held", "minAvailable", 2, allows: 0);
        NodeManagerSession session = await cluster.ConnectAsync();
        DrainOptions options = new() { DeleteUnmanagedPods = true, GracePeriod = TimeSpan.FromSeconds(1) };
        RunningOperation[] followed = new RunningOperation[2];
        for (int i = 0; i < 2; i++)
        {
            string uid = (await cluster.GetAsync(Resources.Nodes, nodes[i])).Metadata.Uid!;
            followed[i] = StoredDrains.Follow(
                session,
                await DetachedSubmitter.StoreAsync(session, cluster.Namespace, [new(nodes[i], uid)], "jane", options, default)
            );
        }

        await lab.ServeAsync();
        foreach (RunningOperation one in followed)
            await Eventually.GetAsync("a blocker", () => lab.ReadAsync(one.Id), static run => run.Blockers.Count > 0);
        await lab.KillAsync();
        // As kubectl uncordon does.
        await cluster.SendAsync(
            "PATCH",
            "/api/v1/nodes/" + nodes[1],
            """{"spec":{"unschedulable":null}}""",
            "application/merge-patch+json"
        );
        await cluster.DeleteBudgetAsync("never");
        Assert.All(followed, static one => Assert.Equal(OperationState.Running, one.State));
        await lab.ServeAsync();

        Assert.Equal(OperationState.Succeeded, await followed[0].Completion.WaitAsync(Eventually.Limit));
        Assert.Equal(OperationState.Cancelled, await followed[1].Completion.WaitAsync(Eventually.Limit));
        Assert.Equal(
            (NodeDrainStatus.Drained, 1),
            followed[0].Results is [StoredDrainResult drained] ? (drained.Status, drained.Evicted) : default
        );
        NodeMaintenanceRun continued = await lab.WaitAsync(followed[0].Id),
            calledOff = await lab.WaitAsync(followed[1].Id);
        Assert.True(
            continued is { Status: NodeMaintenanceRunStatus.Completed, Type: "Drain", StartedBy: "jane", Completed: 1 },
            continued.Describe()
        );
        Assert.True((await cluster.GetAsync(Resources.Nodes, nodes[0])).Spec.Unschedulable);
        Assert.True(calledOff.Status == NodeMaintenanceRunStatus.Failed, calledOff.Describe());
        Assert.Contains("uncordoned", calledOff.Nodes[0].Message, StringComparison.Ordinal);
        Assert.Null((await cluster.GetAsync(Resources.Pods, "on-" + nodes[1])).Metadata.DeletionTimestamp);
        Assert.NotEqual(true, (await cluster.GetAsync(Resources.Nodes, nodes[1])).Spec.Unschedulable);
    }
}

using System.Text.Json.Nodes;
using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.NodePools.Updates.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Rolling;

/// <summary>Nodes whose machines are destroyed, or that register again, during an update of their pool.</summary>
[Collection(AutoscalerLab.UpdatesInTurn)]
[Takes(60)]
public sealed class ReplacedNodeTests
{
    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task A_rollback_keeps_the_nodes_cordoned_whose_machines_are_being_destroyed(string backend)
    {
        bool isSlow = true;
        await using RollLab lab = await RollLab.StartAsync(
            backend,
            2,
            allowed: 4,
            prepare: lab =>
                lab.Wrap = inner => new InterceptedProvider(
                    inner,
                    (call, _) =>
                        call == "Deprovision" && Volatile.Read(ref isSlow)
                            ? MachineResult.Ended(MachineOutcome.Unavailable, "The test delays it.")
                            : null
                )
        );
        await lab.RelabelAsync("b");
        Task<PoolUpdateOutcome> running = lab.UpdateAsync(new() { Strategy = PoolUpdateStrategy.BlueGreen, KeepOld = TimeSpan.Zero });
        await lab.WaitForUpdateAsync(
            "both machines to be removed",
            static update => update.Nodes.All(static one => one.Status == NodePoolUpdateNodeStatus.Removing)
        );

        await lab.ChangeAsync(new() { Rollback = true });
        await lab.WaitForUpdateAsync("new machines to be removed", static update => update.Nodes.Count == 4);

        List<Node> former = (await lab.NodesAsync()).FindAll(static one => one.Metadata.Labels!["tier"] == "a");
        Assert.Equal(2, former.Count);
        Assert.All(former, static one => Assert.True(one.Spec.Unschedulable == true, one.Metadata.Name));
        Volatile.Write(ref isSlow, false);
        PoolUpdateOutcome outcome = await running;
        Assert.True(outcome.Update.Status == NodePoolUpdateStatus.RolledBack, RollLab.Describe(outcome.Update));
        Assert.Equal(["a", "a"], (await lab.NodesAsync()).Select(static one => one.Metadata.Labels!["tier"]));
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task A_machine_whose_node_registers_again_is_replaced(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 2);
        await lab.PatchBudgetAsync(0);
        await lab.RelabelAsync("b");
        Task<PoolUpdateOutcome> running = lab.UpdateAsync(new() { DrainTimeout = TimeSpan.Zero });
        NodePoolUpdate update = (
            await lab.WaitForUpdateAsync(
                "one drain",
                static update => update.Nodes.Count(static one => one.Status == NodePoolUpdateNodeStatus.Draining) == 1
            )
        )!;
        string pending = update.Nodes.Single(static one => one.Status == NodePoolUpdateNodeStatus.Pending).Node;

        Node before = await lab.Cluster.GetAsync(Resources.Nodes, pending);
        await lab.Cluster.Client.DeleteAsync(Resources.Nodes, pending, null, new(), default);
        JsonObject registered = Manifests.Node(pending, before.Metadata.Labels!);
        registered["spec"] = new JsonObject { ["providerID"] = before.Spec.ProviderID };
        await lab.Cluster.CreateAsync(Resources.Nodes, registered);
        await lab.PatchBudgetAsync(1);
        PoolUpdateOutcome outcome = await running;

        Assert.True(outcome.Update is { Status: NodePoolUpdateStatus.Completed, Removed: 2 }, RollLab.Describe(outcome.Update));
        Assert.Equal(["b", "b"], (await lab.NodesAsync()).Select(static one => one.Metadata.Labels!["tier"]));
    }
}

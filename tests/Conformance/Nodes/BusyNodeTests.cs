using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Rolling;
using NodeManager.Core.Nodes;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.NodePools.Updates.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Nodes;

/// <summary>The autoscaler and updates of pools skip a node that another operation works on, and return to it.</summary>
[Collection(AutoscalerLab.UpdatesInTurn)]
[Takes(60)]
public sealed class BusyNodeTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_deleted_claim_waits_for_the_operation_on_its_node(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend);
        await lab.AddPoolAsync();
        await lab.RunAsync();
        await lab.AddClaimAsync("one");
        string node = (await lab.WaitForClaimAsync("one", AutoscalerLab.IsReady)).Status!.NodeName!;
        await WriteAsync(lab.Cluster, node, Held);

        await lab.DeleteAsync(NodeSmithResources.Claims, "one");
        NodeSmithClaim waiting = await lab.WaitForClaimAsync(
            "one",
            static one => AutoscalerLab.Reason(one, NodeSmithConditions.Ready) == ErrorIds.NodeBusy
        );

        Assert.Contains(
            "NodeDrain other (holder: other@machine/1)",
            waiting.Status!.Conditions!.Find(static one => one.Type == NodeSmithConditions.Ready)!.Message,
            StringComparison.Ordinal
        );
        Assert.NotEqual(true, (await lab.Cluster.GetAsync(Resources.Nodes, node)).Spec.Unschedulable);
        Assert.Single(await lab.MachinesAsync());
        await WriteAsync(lab.Cluster, node, null);
        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Claims, "one");
        Assert.Empty(await lab.MachinesAsync());
    }

    [SkippableTheory]
    [InlineData(Backend.Sandbox)]
    [InlineData(Backend.Real)]
    public async Task An_update_replaces_the_other_nodes_first(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 3, speed: 3);
        string busy = (await lab.NodesAsync())[0].Metadata.Name;
        await WriteAsync(lab.Cluster, busy, Held);
        await lab.RelabelAsync("b");
        Task<PoolUpdateOutcome> running = lab.UpdateAsync();

        NodePoolUpdate? waiting = await lab.WaitForUpdateAsync("two nodes replaced", static one => one.Removed == 2);
        Assert.Equal(
            (NodePoolUpdateNodeStatus.Pending, NodePoolUpdateStatus.Running),
            (waiting!.Nodes.Single(one => one.Node == busy).Status, waiting.Status)
        );
        Assert.NotEqual(true, (await lab.Cluster.GetAsync(Resources.Nodes, busy)).Spec.Unschedulable);
        await WriteAsync(lab.Cluster, busy, null);
        PoolUpdateOutcome outcome = await running;

        Assert.Null(outcome.Failure);
        Assert.True(outcome.Update is { Status: NodePoolUpdateStatus.Completed, Removed: 3, Skipped: 0 }, RollLab.Describe(outcome.Update));
    }

    private static NodeLock Held =>
        new()
        {
            Kind = NodeLockKind.Drain,
            Holder = "other@machine/1",
            Operation = "other",
            DurationSeconds = 600,
        };

    private static Task WriteAsync(TestCluster cluster, string node, NodeLock? held) =>
        cluster.Client.PatchAsync(Resources.Nodes, node, null, Patch.Merge(NodeLock.Patch(held)), null, RequestOptions.Default, default);
}

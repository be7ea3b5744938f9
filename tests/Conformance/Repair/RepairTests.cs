using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Progress;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Monitoring.Repair;
using NodeManager.Monitoring.Repair.Decisions;
using NodeManager.Monitoring.Repair.Execution;

namespace NodeManager.Conformance.Repair;

/// <summary>Repairs that need no machine: cordon and drain, and what keeps them from starting.</summary>
public sealed class RepairTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task An_unhealthy_node_is_drained_and_returned_to_service_when_healthy(string backend)
    {
        await using RepairLab lab = await RepairLab.StartAsync(backend);
        IReadOnlyList<string> nodes = await lab.Cluster.AddNodesAsync(3);
        await lab.Cluster.AddReplicaSetAsync("web", 3);
        await lab.BreakAsync(nodes[0]);

        NodeRepairResult planned = Assert.Single(await NodeRepairer.PlanAsync(lab.Request, NullObserver.Instance, default)).Result;
        Assert.Equal(
            (NodeRepairStatus.Planned, nodes[0], NodeFindingCause.NotReady, "Drain"),
            (planned.Status, planned.Node, planned.Cause, planned.Steps.ToString())
        );
        Assert.Null(await lab.ClaimOfAsync(nodes[0]));

        NodeRepairResult drained = await RepairLab.RunOneAsync(lab.Request);
        Assert.Equal(
            (NodeRepairStatus.Drained, NodeRepairReason.Unhealthy, nodes[0], NodeDrainStatus.Drained),
            (drained.Status, drained.Reason, drained.Node, drained.Drain!.Status)
        );
        Assert.True((await lab.FindAsync(nodes[0]))!.Spec.Unschedulable);
        Assert.Equal(drained.RunId, await lab.ClaimOfAsync(nodes[0]));
        Assert.False(await lab.Cluster.ExistsAsync(Resources.Leases, "nodemanager-run-" + drained.RunId));
        Assert.Contains(await EventsAsync(lab, nodes[0]), static reason => reason == "NodeRepairStarted");
        Assert.Contains(await EventsAsync(lab, nodes[0]), static reason => reason == "NodeRepairEnded");

        // The same again: it is drained already.
        NodeRepairResult again = await RepairLab.RunOneAsync(lab.Request);
        Assert.Equal((NodeRepairStatus.Drained, again.RunId), (again.Status, await lab.ClaimOfAsync(nodes[0])));

        await lab.MendAsync(nodes[0]);
        NodeRepairResult back = await RepairLab.RunOneAsync(lab.Request);
        Assert.Equal((NodeRepairStatus.Recovered, nodes[0]), (back.Status, back.Node));
        Assert.Null(await lab.ClaimOfAsync(nodes[0]));
        Assert.NotEqual(true, (await lab.FindAsync(nodes[0]))!.Spec.Unschedulable);
        Assert.Empty(await RepairLab.RunAsync(lab.Request));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_that_recovers_during_its_drain_is_returned_to_service(string backend)
    {
        await using RepairLab lab = await RepairLab.StartAsync(backend);
        IReadOnlyList<string> nodes = await lab.Cluster.AddNodesAsync(2);
        await lab.AddHeldPodAsync(nodes[0]);
        await lab.BreakAsync(nodes[0]);

        var running = RepairLab.RunAsync(Permissive(lab));
        await lab.WaitForCordonAsync(nodes[0]);
        await lab.MendAsync(nodes[0]);
        NodeRepairResult result = Assert.Single(await running).Result;

        Assert.Equal((NodeRepairStatus.Recovered, NodeRepairReason.Healthy), (result.Status, result.Reason));
        Assert.NotEqual(true, (await lab.FindAsync(nodes[0]))!.Spec.Unschedulable);
        Assert.Null(await lab.ClaimOfAsync(nodes[0]));
        Assert.Equal("Running", (await lab.Cluster.GetAsync(Resources.Pods, "held")).Status.Phase);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_stopped_repair_leaves_its_node_cordoned_and_the_next_one_continues(string backend)
    {
        await using RepairLab lab = await RepairLab.StartAsync(backend);
        IReadOnlyList<string> nodes = await lab.Cluster.AddNodesAsync(2);
        await lab.AddHeldPodAsync(nodes[0]);
        await lab.BreakAsync(nodes[0]);
        List<NodeRepairResult> results = [];
        using CancellationTokenSource stop = new();

        Task running = NodeRepairer.RunAsync(Permissive(lab), (result, _) => results.Add(result), NullObserver.Instance, stop.Token);
        await lab.WaitForCordonAsync(nodes[0]);
        // Another command keeps away while the first one works.
        NodeRepairResult other = await RepairLab.RunOneAsync(Permissive(await lab.AgainAsync()));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        Assert.Equal((NodeRepairStatus.Skipped, NodeRepairReason.Maintenance), (other.Status, other.Reason));
        NodeRepairResult stopped = Assert.Single(results);
        Assert.Equal((NodeRepairStatus.Interrupted, NodeRepairReason.Stopped), (stopped.Status, stopped.Reason));
        Assert.True((await lab.FindAsync(nodes[0]))!.Spec.Unschedulable);
        Assert.Equal(stopped.RunId, await lab.ClaimOfAsync(nodes[0]));

        await lab.Cluster.Client.DeleteAsync(
            Resources.PodDisruptionBudgets(lab.Cluster.Capabilities.BudgetVersion),
            "never",
            lab.Cluster.Namespace,
            new(),
            default
        );
        Assert.Equal(NodeRepairStatus.Drained, (await RepairLab.RunOneAsync(Permissive(lab))).Status);
        Assert.False(await lab.Cluster.ExistsAsync(Resources.Pods, "held"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_repair_is_cancelled_by_its_lock_and_leaves_its_node_cordoned(string backend)
    {
        await using RepairLab lab = await RepairLab.StartAsync(backend);
        IReadOnlyList<string> nodes = await lab.Cluster.AddNodesAsync(2);
        await lab.AddHeldPodAsync(nodes[0]);
        await lab.BreakAsync(nodes[0]);
        Task<NodeRepairResult> running = RepairLab.RunOneAsync(Permissive(lab));
        await lab.WaitForCordonAsync(nodes[0]);
        NodeLock held = NodeLock.Read((await lab.FindAsync(nodes[0]))!)!;

        Assert.NotNull(await NodeLocks.CancelAsync((await lab.AgainAsync()).Session, nodes[0], held.Operation, "someone@else", default));

        NodeRepairResult result = await running;
        Assert.Equal(
            (NodeLockKind.Repair, NodeRepairStatus.Interrupted, NodeRepairReason.ClaimLost),
            (held.Kind, result.Status, result.Reason)
        );
        Assert.Contains("someone@else cancelled the operation", result.Message, StringComparison.Ordinal);
        Node after = (await lab.FindAsync(nodes[0]))!;
        Assert.True(after.Spec.Unschedulable);
        Assert.Null(NodeLock.Read(after));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_clock_that_is_ahead_makes_no_fault_older(string backend)
    {
        await using RepairLab lab = await RepairLab.StartAsync(
            backend,
            static inner => new DatedHandler(inner),
            static clock => new JumpingClock(clock) { Offset = TimeSpan.FromMinutes(10) }
        );
        IReadOnlyList<string> nodes = await lab.Cluster.AddNodesAsync(2);
        await lab.BreakAsync(nodes[0]);
        RepairPolicy policy = lab.Request.Policy with { UnhealthyFor = TimeSpan.FromMinutes(5) };

        NodeRepairResult result = await RepairLab.RunOneAsync(lab.Request with { Policy = policy });

        Assert.Equal((NodeRepairStatus.Skipped, NodeRepairReason.TooRecent), (result.Status, result.Reason));
        Assert.NotEqual(true, (await lab.FindAsync(nodes[0]))!.Spec.Unschedulable);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_reason_against_a_repair_is_reported(string backend)
    {
        await using RepairLab lab = await RepairLab.StartAsync(backend);
        IReadOnlyList<string> nodes = await lab.Cluster.AddNodesAsync(6, static node => node["metadata"]!["labels"]!["pool"] = "blue");
        foreach (string node in nodes.Take(2))
            await lab.BreakAsync(node);

        // One of the pool's two; the other one waits for another command.
        RepairRequest cordon = lab.Request with
        {
            Policy = lab.Request.Policy with { Actions = [NodeRepairAction.Cordon] },
        };
        Assert.Equal(
            [(NodeRepairStatus.Cordoned, NodeRepairReason.Unhealthy), (NodeRepairStatus.Skipped, NodeRepairReason.PoolLimit)],
            (await RepairLab.RunAsync(cordon)).Select(static one => (one.Result.Status, one.Result.Reason))
        );

        // Too few are healthy: nothing is done to any node. Nodes in maintenance do not count, healthy or not.
        await Core.Nodes.Editing.NodeEditor.SetUnschedulableAsync(lab.Session, nodes[5], true, false, default);
        RepairRequest held = lab.Request with { Policy = lab.Request.Policy with { MinHealthy = "60%", MaxPerPool = 6 } };
        Assert.All(
            await RepairLab.RunAsync(held),
            static one => Assert.Equal((NodeRepairStatus.Skipped, NodeRepairReason.TooFewHealthy), (one.Result.Status, one.Result.Reason))
        );
        Assert.NotEqual(true, (await lab.FindAsync(nodes[1]))!.Spec.Unschedulable);

        // Somebody else's cordon; and causes and nodes that are not there.
        await Core.Nodes.Editing.NodeEditor.SetUnschedulableAsync(lab.Session, nodes[1], true, false, default);
        RepairRequest both = lab.Request with { Candidates = [new(nodes[1]), new(nodes[2]), new("gone"), new(nodes[0], "another")] };
        Assert.Equal(
            [
                ("gone", NodeRepairReason.NodeGone),
                (nodes[0], NodeRepairReason.NodeGone),
                (nodes[1], NodeRepairReason.Cordoned),
                (nodes[2], NodeRepairReason.Healthy),
            ],
            (await RepairLab.RunAsync(both)).Select(static one => (one.Result.Node, one.Result.Reason))
        );
        Assert.Equal(
            NodeRepairReason.TooRecent,
            (
                await RepairLab.RunOneAsync(
                    lab.Request with
                    {
                        Candidates = [new(nodes[0])],
                        Policy = lab.Request.Policy with { UnhealthyFor = TimeSpan.FromHours(1) },
                    }
                )
            ).Reason
        );
        (NodeRepairResult missing, NodeManagerException? failure) = Assert.Single(
            await RepairLab.RunAsync(lab.Request with { Names = ["missing"] })
        );
        Assert.Equal((NodeRepairReason.NodeGone, ErrorIds.NodeNotFound), (missing.Reason, failure!.ErrorId));
    }

    internal static RepairRequest Permissive(RepairLab lab) =>
        lab.Request with
        {
            Policy = lab.Request.Policy with { Drain = new() { DeleteUnmanagedPods = true } },
        };

    private static async Task<IReadOnlyList<string?>> EventsAsync(RepairLab lab, string node) =>
        [
            .. (
                await lab.Cluster.Client.ListAsync(
                    Resources.Events,
                    new() { Namespace = "default", FieldSelector = "involvedObject.name=" + node },
                    default
                )
            ).Items.Select(static one => one.Reason),
        ];
}

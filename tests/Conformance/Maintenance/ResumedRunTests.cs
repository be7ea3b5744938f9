using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Testing;

namespace NodeManager.Conformance.Maintenance;

/// <summary>What a resumed run does with nodes that it has started before.</summary>
[Takes(120)]
public sealed class ResumedRunTests
{
    private const string ControlPlane = "node-role.kubernetes.io/control-plane";

    [SkippableTheory]
    [AllBackends]
    public async Task Failed_control_plane_nodes_are_resumed_one_at_a_time(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(3, n => n["metadata"]!["labels"]![ControlPlane] = "");
        bool isFixed = false;
        MaintenanceRequest request = cluster.Maintain(
            nodes,
            new()
            {
                MaxUnavailable = "3",
                IncludeControlPlane = true,
                OnError = MaintenanceErrorAction.Continue,
            },
            _ => isFixed ? Task.CompletedTask : throw new InvalidOperationException("no disk space")
        );
        MaintenanceOutcome failed = await cluster.RunAsync(request);
        isFixed = true;
        MaintenanceLog log = new();

        MaintenanceOutcome resumed = await cluster.RunAsync(request with { Nodes = [], ResumeId = failed.Run.Id }, log);

        Assert.Equal(["Failed", "Failed", "Failed"], failed.Run.StatusesOf());
        Assert.True(resumed.Run.Status == NodeMaintenanceRunStatus.Completed, resumed.Run.Describe());
        Assert.Equal(nodes.SelectMany(static n => (string[])["+" + n, "-" + n]), log.Nodes);
        await cluster.AssertBackInServiceAsync(nodes);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Failed_nodes_of_two_groups_are_not_resumed_together(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        int made = 0;
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2, n => n["metadata"]!["labels"]!["rack"] = $"{made++}");
        bool isFixed = false;
        MaintenanceRequest request = cluster.Maintain(
            nodes,
            new()
            {
                MaxUnavailable = "2",
                TopologyKey = "rack",
                OnError = MaintenanceErrorAction.Continue,
            },
            node => isFixed && node.Name == nodes[1] ? Task.CompletedTask : throw new InvalidOperationException("no disk space")
        );
        MaintenanceOutcome failed = await cluster.RunAsync(request);
        isFixed = true;
        MaintenanceLog log = new();

        MaintenanceOutcome resumed = await cluster.RunAsync(
            request with
            {
                Nodes = [],
                ResumeId = failed.Run.Id,
                Options = new() { OnError = MaintenanceErrorAction.Stop },
                Explicit = [nameof(MaintenanceOptions.OnError)],
            },
            log
        );

        // The second batch does not start after the failure of the first one, and keeps its place in the run.
        Assert.Equal(["+" + nodes[0], "-" + nodes[0]], log.Nodes);
        Assert.Equal(["Failed", "InProgress"], resumed.Run.StatusesOf());
        Assert.Contains($"left cordoned: {nodes[1]}", resumed.Run.Message, StringComparison.Ordinal);
        Assert.True((await cluster.GetAsync(Resources.Nodes, nodes[1])).Spec.Unschedulable);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_node_locked_by_another_operation_continues_where_it_was_interrupted(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = await cluster.AddNodeAsync();
        int worked = 0;
        (MaintenanceRequest request, MaintenanceOutcome interrupted) = await InterruptAsync(cluster, node, () => worked++);
        MaintenanceLog log = new();

        await LockAsync(cluster, node, Other);
        Task<MaintenanceOutcome> running = cluster.RunAsync(request with { Nodes = [], ResumeId = interrupted.Run.Id }, log);
        await log.HearsAsync($"Node {node} is postponed");
        await LockAsync(cluster, node, null);
        await cluster.AnnotateAsync(Resources.Nodes, node, "boot-id", "boot-2-" + node);
        MaintenanceOutcome resumed = await running;

        Assert.True(resumed.Run.Status == NodeMaintenanceRunStatus.Completed, resumed.Run.Describe());
        Assert.Equal(1, worked);
        Assert.Equal(DrainOf(interrupted).StartedAt, DrainOf(resumed).StartedAt);
        await cluster.AssertBackInServiceAsync([node]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_stopped_run_keeps_an_interrupted_node_cordoned_that_another_operation_has_locked(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = await cluster.AddNodeAsync();
        (MaintenanceRequest request, MaintenanceOutcome interrupted) = await InterruptAsync(cluster, node, static () => { });

        await LockAsync(cluster, node, Other);
        MaintenanceOutcome stopped = await cluster.RunAsync(
            request with
            {
                Nodes = [],
                ResumeId = interrupted.Run.Id,
                Options = new() { WaitReadyTimeout = TimeSpan.FromSeconds(2) },
                Explicit = [nameof(MaintenanceOptions.WaitReadyTimeout)],
            }
        );

        Assert.Equal((NodeMaintenanceRunStatus.Stopped, ErrorIds.MaintenanceBlocked), (stopped.Run.Status, stopped.Failure?.ErrorId));
        Assert.Contains($"left cordoned: {node}", stopped.Run.Message, StringComparison.Ordinal);
        Node locked = await cluster.GetAsync(Resources.Nodes, node);
        Assert.True(locked.Spec.Unschedulable);
        Assert.Equal(Other.Operation, NodeLock.Read(locked)?.Operation);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_postponed_node_that_was_uncordoned_is_drained_again(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        string node = await cluster.AddNodeAsync();
        int worked = 0;
        (MaintenanceRequest request, MaintenanceOutcome interrupted) = await InterruptAsync(cluster, node, () => worked++);
        MaintenanceLog log = new();

        await LockAsync(cluster, node, Other);
        Task<MaintenanceOutcome> running = cluster.RunAsync(request with { Nodes = [], ResumeId = interrupted.Run.Id }, log);
        await log.HearsAsync($"Node {node} is postponed");
        // As kubectl does, which keeps the annotations of the run.
        await cluster.PatchNodeAsync(node, new() { ["spec"] = new System.Text.Json.Nodes.JsonObject { ["unschedulable"] = null } });
        await LockAsync(cluster, node, null);
        await Eventually.HoldsAsync("the script to run again", () => Task.FromResult(worked == 2));
        await cluster.AnnotateAsync(Resources.Nodes, node, "boot-id", "boot-2-" + node);
        MaintenanceOutcome resumed = await running;

        Assert.True(resumed.Run.Status == NodeMaintenanceRunStatus.Completed, resumed.Run.Describe());
        Assert.True(DrainOf(resumed).StartedAt > DrainOf(interrupted).StartedAt);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_plan_of_a_resumed_run_contains_the_control_plane_nodes_that_it_includes(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        int made = 0;
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(
            2,
            n =>
            {
                if (made++ == 0)
                    n["metadata"]!["labels"]![ControlPlane] = "";
            }
        );
        MaintenanceRequest request = cluster.Maintain(nodes, work: static _ => throw new InvalidOperationException("no disk space"));
        MaintenanceOutcome stopped = await cluster.RunAsync(request);
        MaintenanceRequest resume = request with { Nodes = [], ResumeId = stopped.Run.Id };

        IReadOnlyList<NodeMaintenancePlan> without = await PlanAsync(cluster, resume),
            with =
                await PlanAsync(
                    cluster,
                    resume with
                    {
                        Options = new() { IncludeControlPlane = true },
                        Explicit = [nameof(MaintenanceOptions.IncludeControlPlane)],
                    }
                );

        Assert.Equal([(nodes[1], 1)], without.Select(static p => (p.Node, p.Batch)));
        Assert.Equal([(nodes[1], 1), (nodes[0], 2)], with.Select(static p => (p.Node, p.Batch)));
    }

    private static NodeLock Other =>
        new()
        {
            Kind = NodeLockKind.Drain,
            Holder = "other@machine/1",
            Operation = "other",
            DurationSeconds = 600,
        };

    private static async Task<IReadOnlyList<NodeMaintenancePlan>> PlanAsync(TestCluster cluster, MaintenanceRequest request) =>
        await MaintenancePlanner.PlanAsync(await cluster.ConnectAsync(), request, new MaintenanceLog(), default);

    // After the script, while the run waits for the reboot.
    private static async Task<(MaintenanceRequest Request, MaintenanceOutcome Interrupted)> InterruptAsync(
        TestCluster cluster,
        string node,
        Action work
    )
    {
        MaintenanceRequest request = cluster.Maintain(
            [node],
            new() { WaitForReboot = true },
            _ =>
            {
                work();
                return Task.CompletedTask;
            }
        );
        MaintenanceLog log = new();
        using CancellationTokenSource stop = new();
        Task<MaintenanceOutcome> running = cluster.RunAsync(request, log, stop.Token);
        await log.HearsAsync(NodeMaintenanceStepName.Reboot);
        await stop.CancelAsync();
        return (request, await running);
    }

    private static Task LockAsync(TestCluster cluster, string node, NodeLock? held) =>
        cluster.Client.PatchAsync(Resources.Nodes, node, null, Patch.Merge(NodeLock.Patch(held)), null, RequestOptions.Default, default);

    private static NodeMaintenanceStep DrainOf(MaintenanceOutcome outcome) =>
        Assert.Single(outcome.Run.Nodes).Steps.Single(static s => s.Name == NodeMaintenanceStepName.Drain);
}

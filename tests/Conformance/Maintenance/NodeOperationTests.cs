using NodeManager.Conformance.Harness;
using NodeManager.Core.Operations;
using NodeManager.Maintenance;

namespace NodeManager.Conformance.Maintenance;

/// <summary>Drains and maintenances in the background, as their views see them.</summary>
public sealed class NodeOperationTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_reports_the_end_of_each_node_and_fails_for_a_missing_one(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        NodeManagerSession session = await cluster.ConnectAsync();
        string node = await cluster.AddNodeAsync();

        RunningOperation operation = NodeOperations.StartDrain(new DrainRequest(session, [node, "no-such-node"], new()));
        OperationState state = await operation.Completion.WaitAsync(Limit);
        List<OperationEvent> events = await operation.ReadAsync(0, default).ToListAsync();

        Assert.Equal((NodeOperations.Drain, OperationState.Failed), (operation.Kind, state));
        Assert.Contains(node, operation.Target, StringComparison.Ordinal);
        Assert.Equal(["no-such-node", node], events.OfType<OperationItemEnded>().Select(e => (string)e.Item).Order(StringComparer.Ordinal));
        NodeDrainResult result = Assert.IsType<NodeDrainResult>(Assert.Single(operation.Results));
        Assert.Equal((node, NodeDrainStatus.Drained), (result.Node, result.Status));
        OperationFailure failure = Assert.Single(operation.Failures);
        Assert.Equal(ErrorIds.NodeNotFound, Assert.IsType<NodeManagerException>(failure.Exception).ErrorId);
        Assert.IsType<OperationEnded>(events[^1]);
        Assert.Empty(operation.Progress);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_cancelled_drain_returns_its_result(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, quickLeases: true);
        NodeManagerSession session = await cluster.ConnectAsync();
        RunningOperation operation = await StartHeldDrainAsync(cluster, session);

        operation.Cancel();

        Assert.Equal(OperationState.Cancelled, await operation.Completion.WaitAsync(Limit));
        NodeDrainResult result = Assert.IsType<NodeDrainResult>(Assert.Single(operation.Results));
        Assert.Equal((NodeDrainStatus.Cancelled, true), (result.Status, result.Cordoned));
        Assert.Empty(operation.Failures);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_closed_session_fails_its_operations(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, quickLeases: true);
        NodeManagerSession session = await cluster.ConnectAsync();
        RunningOperation operation = await StartHeldDrainAsync(cluster, session);

        session.Dispose();

        Assert.Equal(OperationState.Failed, await operation.Completion.WaitAsync(Limit));
        Assert.Contains(operation.Failures, f => f.Exception is NodeManagerException { ErrorId: ErrorIds.SessionClosed });
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_maintenance_reports_its_run_and_each_node_from_start_to_end(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        NodeManagerSession session = await cluster.ConnectAsync();
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        var request = cluster.Maintain(
            nodes,
            work: node => node.Name == nodes[1] ? throw new InvalidOperationException("no disk") : Task.CompletedTask
        );

        RunningOperation operation = NodeOperations.StartMaintenance(new ClusterMaintenance(session, request));
        OperationState state = await operation.Completion.WaitAsync(Limit);
        List<OperationEvent> events =
        [
            .. (await operation.ReadAsync(0, default).ToListAsync()).Where(e => e is not (OperationMessage or OperationProgressed)),
        ];

        NodeMaintenanceRun run = Assert.IsType<NodeMaintenanceRun>(operation.Results[^1]);
        Assert.Equal(
            [
                $"started {run.Id}",
                $"started {nodes[0]}",
                $"output {nodes[0]}",
                $"ended {nodes[0]}",
                $"started {nodes[1]}",
                $"output {nodes[1]}",
                $"failed {nodes[1]}",
                $"ended {nodes[1]}",
                $"output {run.Id}",
                "end Failed",
            ],
            events.Select(Text)
        );
        Assert.Equal((NodeOperations.Maintenance, OperationState.Failed), (operation.Kind, state));
        Assert.Equal(ErrorIds.MaintenanceFailed, ((NodeManagerException)Assert.Single(operation.Failures).Exception).ErrorId);
        // Whoever reads later sees the same.
        Assert.Equal(
            events[3..],
            (await operation.ReadAsync(events[2].Sequence, default).ToListAsync()).Where(e =>
                e is not (OperationMessage or OperationProgressed)
            )
        );
    }

    // A pod whose budget allows nothing keeps it waiting.
    private static async Task<RunningOperation> StartHeldDrainAsync(TestCluster cluster, NodeManagerSession session)
    {
        string node = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("held", 1);
        await cluster.AddBudgetAsync("held", "held", "minAvailable", 1, 0);
        RunningOperation operation = NodeOperations.StartDrain(new DrainRequest(session, [node], new() { Timeout = Limit }));
        await foreach (OperationEvent happened in operation.ReadAsync(0, default))
            if (happened is OperationProgressed { Progress.Status: var status } && status.Contains("held", StringComparison.Ordinal))
                break;
        Assert.NotEmpty(operation.Progress);
        return operation;
    }

    private static string Text(OperationEvent happened) =>
        happened switch
        {
            OperationItemStarted started => "started " + Name(started.Item),
            OperationItemEnded ended => "ended " + Name(ended.Item),
            OperationOutput output => "output " + Name(output.Value),
            OperationFailure failure => "failed " + Name(failure.Target!),
            OperationEnded ended => $"end {ended.State}",
            _ => happened.ToString(),
        };

    private static string Name(object item) =>
        item switch
        {
            NodeMaintenanceRun run => run.Id,
            NodeMaintenanceResult node => node.Node,
            _ => item.ToString()!,
        };
}

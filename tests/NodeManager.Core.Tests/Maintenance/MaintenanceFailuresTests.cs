using NodeManager.Maintenance;

namespace NodeManager.Core.Tests.Maintenance;

public sealed class MaintenanceFailuresTests
{
    [Theory]
    [InlineData(NodeMaintenanceStatus.Completed)]
    [InlineData(NodeMaintenanceStatus.Pending)]
    [InlineData(NodeMaintenanceStatus.InProgress)]
    public void Only_a_failed_node_is_a_failure(string status) => Assert.Null(MaintenanceFailures.Of(Node(status), new() { Nodes = [] }));

    [Theory]
    [InlineData(MaintenanceErrorAction.Stop, true)]
    [InlineData(MaintenanceErrorAction.Resume, false)]
    public void A_failure_names_the_step_the_reason_and_the_command_to_resume(MaintenanceErrorAction onError, bool isLeftCordoned)
    {
        NodeMaintenanceResult node = Node(NodeMaintenanceStatus.Failed);

        NodeManagerException failure = Assert.IsType<NodeManagerException>(
            MaintenanceFailures.Of(
                node,
                new()
                {
                    Nodes = [],
                    Namespace = "ops",
                    Options = new() { OnError = onError },
                }
            )
        );

        Assert.Equal(
            (ErrorIds.MaintenanceFailed, ErrorKind.InvalidOperation, "worker-1: Script failed: exit code 3. The node stays cordoned."),
            (failure.ErrorId, failure.Kind, failure.Message)
        );
        Assert.Same(node, failure.Target);
        Assert.Contains("Invoke-NodeMaintenance -ResumeId m-1 -Namespace ops", failure.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(isLeftCordoned, failure.RecommendedAction!.Contains("Resume-NodeScheduling", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_that_loses_its_lease_names_the_nodes_that_stay_cordoned()
    {
        NodeManagerException lost = new(
            ErrorIds.MaintenanceLeaseNotRenewed,
            ErrorKind.OperationStopped,
            "The Lease could not be renewed.",
            "m-1",
            "Resume it."
        );
        NodeMaintenanceRun run = new()
        {
            Id = "m-1",
            Status = NodeMaintenanceRunStatus.Interrupted,
            Nodes = new([
                Named("b", NodeMaintenanceStatus.InProgress, 1),
                Named("a", NodeMaintenanceStatus.Pending, 1),
                Named("c", NodeMaintenanceStatus.Completed, 1),
                Named("d", NodeMaintenanceStatus.Pending, 0),
            ]),
        };

        NodeManagerException failure = MaintenanceFailures.WithCordoned(lost, run);

        Assert.Equal(
            (ErrorIds.MaintenanceLeaseNotRenewed, "The Lease could not be renewed. Still cordoned by the run: a, b."),
            (failure.ErrorId, failure.Message)
        );
        Assert.Contains("Resume-NodeScheduling", failure.RecommendedAction, StringComparison.Ordinal);
        Assert.Same(lost, MaintenanceFailures.WithCordoned(lost, new() { Id = "m-1", Status = NodeMaintenanceRunStatus.Interrupted }));
    }

    private static NodeMaintenanceResult Named(string name, string status, int batch) =>
        new()
        {
            RunId = "m-1",
            Node = name,
            NodeUid = name,
            Status = status,
            Batch = batch,
        };

    private static NodeMaintenanceResult Node(string status) =>
        new()
        {
            RunId = "m-1",
            Node = "worker-1",
            Status = status,
            Error = "exit code 3.",
            Message = "The node stays cordoned.",
            Steps = new([new NodeMaintenanceStep { Name = NodeMaintenanceStepName.Script }]),
        };
}

using NodeManager.Drains;

namespace NodeManager.Core.Tests.Drain;

public sealed class DrainFailuresTests
{
    [Theory]
    [InlineData(
        "To evict the pods anyway, use -DeleteEmptyDirData and -DeleteUnmanagedPod.",
        "DeleteEmptyDirData",
        "DeleteUnmanagedPod",
        "DeleteEmptyDirData"
    )]
    [InlineData("List the blocking pods with Get-NodeDrainPlan.")]
    public void A_refusal_recommends_the_parameters_that_permit_the_evictions(string advice, params string[] options)
    {
        NodeDrainBlocker[] blockers =
        [
            .. options
                .DefaultIfEmpty("")
                .Select(static one => new NodeDrainBlocker
                {
                    Kind = "Pod",
                    Name = "shop/cart",
                    PermittedBy = new(one.Length > 0 ? [one] : []),
                }),
        ];

        NodeManagerException? failure = DrainFailures.Of(
            new NodeDrainResult
            {
                Node = "worker-1",
                NodeUid = "1",
                Status = NodeDrainStatus.Blocked,
                Blockers = new(blockers),
            }
        );

        Assert.StartsWith(advice, failure!.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NodeDrainStatus.Drained)]
    [InlineData(NodeDrainStatus.Cancelled)]
    public void A_completed_or_stopped_drain_is_not_a_failure(string status) => Assert.Null(DrainFailures.Of(Result(status)));

    [Theory]
    [InlineData(NodeDrainStatus.Blocked, ErrorIds.EvictionBlocked, ErrorKind.InvalidOperation, "Permission", "Budget")]
    [InlineData(NodeDrainStatus.Blocked, ErrorIds.DisruptionControllerDown, ErrorKind.InvalidOperation, "DisruptionController")]
    [InlineData(NodeDrainStatus.Blocked, ErrorIds.EvictionFailed, ErrorKind.ResourceBusy)]
    [InlineData(NodeDrainStatus.Blocked, ErrorIds.DrainRefused, ErrorKind.PermissionDenied, "Permission", "Permission")]
    [InlineData(NodeDrainStatus.Blocked, ErrorIds.DrainRefused, ErrorKind.InvalidOperation, "Permission", "Pod")]
    [InlineData(NodeDrainStatus.TimedOut, ErrorIds.ServerUnreachable, ErrorKind.OperationTimeout, "Budget", "Server")]
    [InlineData(NodeDrainStatus.TimedOut, ErrorIds.DisruptionControllerDown, ErrorKind.OperationTimeout, "Budget", "DisruptionController")]
    [InlineData(NodeDrainStatus.TimedOut, ErrorIds.EvictionBlocked, ErrorKind.OperationTimeout, "Termination", "Budget")]
    [InlineData(NodeDrainStatus.TimedOut, ErrorIds.PodStuckTerminating, ErrorKind.OperationTimeout, "Termination")]
    [InlineData(NodeDrainStatus.TimedOut, ErrorIds.DrainTimeout, ErrorKind.OperationTimeout)]
    [InlineData(NodeDrainStatus.Failed, ErrorIds.NodeDeleted, ErrorKind.ObjectNotFound, "Node")]
    [InlineData(NodeDrainStatus.Failed, ErrorIds.ReplacementStuck, ErrorKind.ResourceUnavailable, "Replacement")]
    [InlineData(NodeDrainStatus.Failed, ErrorIds.Unauthorized, ErrorKind.AuthenticationError, "Credentials")]
    [InlineData(NodeDrainStatus.Failed, ErrorIds.EvictionFailed, ErrorKind.InvalidOperation)]
    public void The_blockers_of_a_failed_drain_decide_the_error(string status, string errorId, ErrorKind kind, params string[] blockers)
    {
        NodeDrainResult result = Result(status, "uid-1", blockers);

        NodeManagerException failure = Assert.IsType<NodeManagerException>(DrainFailures.Of(result));

        Assert.True(DrainFailures.HasResult(result));
        Assert.Equal((errorId, kind), (failure.ErrorId, failure.Kind));
        Assert.Same(result, failure.Target);
        Assert.NotEmpty(failure.RecommendedAction!);
        Assert.StartsWith($"Drain of node 'worker-1' in cluster 'prod' ended as {status}", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorIds.NodeNotFound, ErrorKind.ObjectNotFound)]
    [InlineData(ErrorIds.NodeReplaced, ErrorKind.InvalidOperation, "Node")]
    public void A_missing_node_yields_an_error_and_no_result(string errorId, ErrorKind kind, params string[] blockers)
    {
        NodeDrainResult result = Result(NodeDrainStatus.Failed, "", blockers);

        NodeManagerException failure = Assert.IsType<NodeManagerException>(DrainFailures.Of(result));

        Assert.False(DrainFailures.HasResult(result));
        Assert.Equal((errorId, kind, "worker-1"), (failure.ErrorId, failure.Kind, failure.Target));
    }

    private static NodeDrainResult Result(string status, string uid = "uid-1", params string[] blockers) =>
        new()
        {
            Cluster = "prod",
            Node = "worker-1",
            NodeUid = uid,
            Status = status,
            Blockers = new([
                .. blockers.Select(kind => new NodeDrainBlocker
                {
                    Kind = kind,
                    Name = "shop/cart",
                    Message = "It is in the way.",
                }),
            ]),
        };
}

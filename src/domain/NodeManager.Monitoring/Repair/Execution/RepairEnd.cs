namespace NodeManager.Monitoring.Repair.Execution;

/// <summary>The end of a node's repair, permanent or temporary.</summary>
/// <param name="Status">A <see cref="NodeRepairStatus"/>.</param>
/// <param name="Reason">A <see cref="NodeRepairReason"/>.</param>
internal sealed record RepairEnd(string Status, string Reason, string Message)
{
    /// <summary>A more precise error than the message, if known.</summary>
    public NodeManagerException? Failure { get; init; }

    /// <summary>The run of another process that has the node; empty: none.</summary>
    public string HeldBy { get; init; } = "";

    /// <summary>True if this run has cordoned the node and it is not healthy: a continuous repair waits for its recovery.</summary>
    public bool HoldsNode =>
        Status is NodeRepairStatus.Cordoned or NodeRepairStatus.Drained
        || (Status == NodeRepairStatus.Failed && Reason is not NodeRepairReason.NoMachine);

    /// <summary>The policy ends with a cordon or a drain.</summary>
    public static RepairEnd Isolated(NodeRepairAction action) =>
        action == NodeRepairAction.Cordon
            ? new(NodeRepairStatus.Cordoned, NodeRepairReason.Unhealthy, "The node takes no new pods. It is not healthy yet.")
            : new(NodeRepairStatus.Drained, NodeRepairReason.Unhealthy, "The node is drained and stays cordoned. It is not healthy yet.");

    /// <summary>Another run has the node.</summary>
    public static RepairEnd Held(string run, string holder) =>
        new(NodeRepairStatus.Skipped, NodeRepairReason.Maintenance, $"Run {run} of {holder} has the node.") { HeldBy = run };

    /// <summary>The repair did not start, or a request failed.</summary>
    public static RepairEnd Of(NodeManagerException failure) =>
        failure.ErrorId == ErrorIds.NodeNotRepaired
            ? new(NodeRepairStatus.Skipped, ReasonOf(failure), failure.Message) { Failure = failure }
            : new(NodeRepairStatus.Failed, ReasonOf(failure), failure.Message) { Failure = failure };

    public static string ReasonOf(NodeManagerException failure) =>
        failure.ErrorId switch
        {
            ErrorIds.NodeHasNoMachine => NodeRepairReason.NoMachine,
            ErrorIds.NodeNotRepaired => NodeRepairReason.MachineHealthCheck,
            _ => NodeRepairReason.ClusterFailed,
        };

    public static RepairEnd Gone(string name) =>
        new(NodeRepairStatus.Skipped, NodeRepairReason.NodeGone, $"Node {name} was deleted, or another one registered under its name.");

    public static RepairEnd Lost(string message) => new(NodeRepairStatus.Interrupted, NodeRepairReason.ClaimLost, message);

    /// <summary>The error; null for success.</summary>
    /// <param name="result">The reported result.</param>
    /// <param name="isCordoned">True if the repair has cordoned the node.</param>
    public NodeManagerException? FailureOf(NodeRepairResult result, bool isCordoned)
    {
        if (Status != NodeRepairStatus.Failed && Reason != NodeRepairReason.ClaimLost)
            return null;
        string subject = $"Repair of node {result.Node} (cluster {result.Cluster})";
        if (Failure is { } known)
            return new(known.ErrorId, known.Kind, $"{subject} failed: {known.Message}", result, known.RecommendedAction, known);
        return new(
            ErrorIds.RepairFailed,
            ErrorKind.InvalidOperation,
            $"{subject} ended as {Status}: {Message}",
            result,
            isCordoned
                ? "Fix the node, then run Repair-ClusterNode again, or put it back into service with Resume-NodeScheduling."
                : "See the result's Message."
        );
    }
}

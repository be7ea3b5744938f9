namespace NodeManager.Core.Repair.Running;

/// <summary>The repair of a node is over, for good or for now.</summary>
/// <param name="Status">One of <see cref="NodeRepairStatus"/>.</param>
/// <param name="Reason">One of <see cref="NodeRepairReason"/>.</param>
/// <param name="Message">For people.</param>
internal sealed record RepairEnd(string Status, string Reason, string Message)
{
    /// <summary>What failed, where that is known more precisely than by the message.</summary>
    public NodeManagerException? Failure { get; init; }

    /// <summary>The run of another process that has the node; empty: none.</summary>
    public string HeldBy { get; init; } = "";

    /// <summary>The node is cordoned by this run, and not healthy: a continuous repair waits for it to become so.</summary>
    public bool HoldsNode => Status is NodeRepairStatus.Cordoned or NodeRepairStatus.Drained || (Status == NodeRepairStatus.Failed && Reason is not NodeRepairReason.NoMachine);

    public static RepairEnd Gone(string name) => new(NodeRepairStatus.Skipped, NodeRepairReason.NodeGone, $"Node {name} was deleted, or another one registered under its name.");

    public static RepairEnd Lost(string message) => new(NodeRepairStatus.Interrupted, NodeRepairReason.ClaimLost, message);
}

namespace NodeManager.Monitoring.Repair;

internal static class RepairCopies
{
    public static NodeRepairResult With(
        this NodeRepairResult of,
        string? status = null,
        string? reason = null,
        string? message = null,
        string? machine = null
    ) =>
        new()
        {
            Session = of.Session,
            Cluster = of.Cluster,
            RunId = of.RunId,
            Node = of.Node,
            NodeUid = of.NodeUid,
            Pool = of.Pool,
            Status = status ?? of.Status,
            Reason = reason ?? of.Reason,
            Message = message ?? of.Message,
            Cause = of.Cause,
            Finding = of.Finding,
            Steps = status == NodeRepairStatus.Skipped ? ItemList<NodeRepairStep>.Empty : of.Steps,
            Machine = machine ?? of.Machine,
            Drain = of.Drain,
            StartedAt = of.StartedAt,
            EndedAt = of.EndedAt,
        };
}

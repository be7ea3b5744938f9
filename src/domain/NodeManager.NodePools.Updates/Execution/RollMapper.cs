namespace NodeManager.NodePools.Updates.Execution;

internal static class RollMapper
{
    public static NodePoolUpdate Map(
        NodeManagerSession session,
        string ns,
        RollRecord record,
        RollState state,
        IEnumerable<RollNode> nodes,
        RollControl control,
        bool isHeld,
        DateTimeOffset now
    )
    {
        var limits = PoolUpdateLimits.Of(record, control);
        bool isOver = state.IsOver,
            follows = record.Options.Strategy == PoolUpdateStrategy.Follow;
        return new()
        {
            Session = session,
            Cluster = session.Cluster,
            Pool = record.Pool,
            Namespace = ns,
            Id = record.Id,
            Provider = record.IsService ? NodePoolProvider.Service : NodePoolProvider.Cluster,
            SecondPool = record.SecondPool,
            Status = isOver || isHeld ? state.Status : NodePoolUpdateStatus.Interrupted,
            IsRollback = state.IsBack,
            Strategy = record.Options.Strategy.ToString(),
            MaxSurge =
                follows ? ""
                : record.Options.Strategy == PoolUpdateStrategy.BlueGreen ? "100%"
                : limits.MaxSurge,
            MaxUnavailable = follows ? "" : limits.MaxUnavailable,
            DrainTimeout = !follows && limits.DrainTimeout > TimeSpan.Zero ? limits.DrainTimeout : null,
            Desired = record.Desired,
            Ready = state.Ready,
            Nodes = new([
                .. nodes
                    .Where(one => state.IsBack || !one.IsBack)
                    .OrderBy(static one => one.Index)
                    .Select(one => Map(session, record, one)),
            ]),
            StartedBy = record.By,
            Holder = isOver ? "" : state.Holder,
            StartedAt = record.At,
            EndedAt = state.EndedAt,
            ObservedAt = now,
            Message =
                isOver || isHeld
                    ? state.Message
                    : $"Interrupted: no process is working on it; it can be resumed. {state.Message}".TrimEnd(),
        };
    }

    private static NodePoolUpdateNode Map(NodeManagerSession session, RollRecord record, RollNode node) =>
        new()
        {
            Session = session,
            Cluster = session.Cluster,
            Pool = record.Pool,
            Node = node.Node,
            NodeUid = node.NodeUid,
            Claim = node.Claim,
            Status = node.Status,
            Reasons = new([.. node.Reasons]),
            IsRollback = node.IsBack,
            Evicted = node.Evicted,
            Attempts = node.Attempts,
            Message = node.Message,
        };
}

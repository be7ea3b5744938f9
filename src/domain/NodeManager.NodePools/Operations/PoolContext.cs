namespace NodeManager.NodePools.Operations;

public sealed record PoolContext(NodeManagerSession Session, INodePoolProvider Provider)
{
    /// <summary>The provider's id or name of the session's cluster; empty if it has to be determined.</summary>
    public string HomeCluster { get; init; } = "";

    internal NodePool Map(PoolRecord record, DateTimeOffset now, NodePoolStatus? status = null) =>
        new()
        {
            Cluster = Session.Cluster,
            Session = Session,
            Id = record.Id,
            Name = record.Name,
            ClusterId = record.ClusterId,
            Generation = record.Generation,
            ResourceVersion = record.ResourceVersion,
            Spec = Provider.Format.Read(record.Spec),
            Status = status,
            CreatedAt = record.CreatedAt ?? now,
            UpdatedAt = record.UpdatedAt ?? record.CreatedAt ?? now,
            CreatedBy = record.CreatedBy,
            Provider = Provider.Name,
            Namespace = record.Namespace,
            ObservedAt = now,
        };

    public NodePoolStatus Map(PoolRecord record, IReadOnlyList<NodePoolControllerStatus> controllers) =>
        new()
        {
            Cluster = Session.Cluster,
            Session = Session,
            PoolId = record.Id,
            Pool = record.Name,
            Provider = Provider.Name,
            Namespace = record.Namespace,
            Generation = record.Generation,
            Controllers = new([.. controllers]),
        };
}

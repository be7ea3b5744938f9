using NodeManager.Core.Operations;

namespace NodeManager.Core.Nodes;

public static class ClusterStatisticReader
{
    /// <summary>Totals of the whole cluster (one object), or one a group.</summary>
    /// <param name="session">Where.</param>
    /// <param name="groupBy">Null, <c>Zone</c>, <c>Region</c>, <c>Role</c>, <c>InstanceType</c>, or a label's key. A node with two roles counts in both.</param>
    /// <param name="selector">A label selector over nodes, or null.</param>
    /// <param name="observer">Told once when metrics are absent.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static Task<IReadOnlyList<ClusterStatistic>> ReadAsync(
        NodeManagerSession session, string? groupBy, string? selector, IOperationObserver observer, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

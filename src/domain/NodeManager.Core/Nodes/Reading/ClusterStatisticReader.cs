using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes.Reading;

public static class ClusterStatisticReader
{
    /// <summary>Totals of the whole cluster (one object), or one for each group.</summary>
    /// <param name="groupBy">
    /// Null, <c>Zone</c>, <c>Region</c>, <c>Role</c>, <c>InstanceType</c>, or a label's key. A node with two roles counts in both.
    /// </param>
    /// <param name="observer">Warned once if metrics are absent.</param>
    public static async Task<IReadOnlyList<ClusterStatistic>> ReadAsync(
        NodeManagerSession session,
        string? groupBy,
        string? selector,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        NodeInput.CheckSelector(selector);
        NodeGrouping grouping = NodeGrouping.Parse(groupBy);
        return await ClusterOperation.RunAsync(
            session,
            null,
            (connection, token) => ReadAsync(session, connection, grouping, selector, observer, token),
            cancellationToken
        );
    }

    /// <summary>Totals of nodes read with their usage; sends no request.</summary>
    public static ClusterStatistic Sum(NodeManagerSession session, IReadOnlyList<ClusterNode> nodes) =>
        StatisticSum.Of(session, NodeGrouping.Parse(null), nodes, nodes.Any(static node => node.Usage is not null))[0];

    private static async Task<IReadOnlyList<ClusterStatistic>> ReadAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        NodeGrouping grouping,
        string? selector,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        KubernetesClient client = connection.Client;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<KubernetesList<Node>> listing = client.ListAsync(Resources.Nodes, new() { LabelSelector = selector }, stop.Token);
        Task<NodeLoads> counting = NodeLoads.ReadAsync(session, null, observer, stop.Token);
        try
        {
            KubernetesList<Node> list = await listing;
            NodeLoads loads = await counting;
            DateTimeOffset now = connection.Time.GetUtcNow();
            ClusterNode[] nodes = [.. list.Items.Select(n => NodeMapper.Map(n, session, now, loads.Of(n.Metadata.Name)))];
            return StatisticSum.Of(session, grouping, nodes, loads.HasMetrics);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(listing, counting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

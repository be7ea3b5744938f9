using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.NodePools.Operations;

namespace NodeManager.NodePools.Planning;

public static class PoolMembers
{
    /// <summary>The nodes of a pool, by name.</summary>
    /// <param name="clusterId">The provider's id of the pool's cluster.</param>
    /// <exception cref="NodeManagerException">
    /// PoolClusterMismatch: the pool belongs to another cluster than the session's, so equal names mean nothing; PoolClusterAmbiguous,
    /// PoolClusterNotFound: the provider's cluster of this session is ambiguous.
    /// </exception>
    public static async Task<IReadOnlyList<ClusterNode>> ReadAsync(
        PoolContext context,
        string clusterId,
        string id,
        string name,
        CancellationToken cancellationToken
    )
    {
        PoolCluster home = await PoolClusters.ResolveAsync(context, "", cancellationToken);
        if (!string.Equals(home.Id, clusterId, StringComparison.OrdinalIgnoreCase))
            throw PoolErrors.OtherCluster(name, clusterId, home, context.Session.Cluster);
        Predicate<ClusterNode> isMember = await context.Provider.MembersOfAsync(id, name, cancellationToken);
        List<ClusterNode> nodes = [];
        await foreach (
            ClusterNode node in NodeReader.ReadAsync(context.Session, new(), static _ => { }, NullObserver.Instance, cancellationToken)
        )
            if (isMember(node))
                nodes.Add(node);
        return [.. nodes.OrderBy(static node => node.Name, StringComparer.Ordinal)];
    }
}

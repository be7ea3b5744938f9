using NodeManager.Autoscaling.Resources;
using NodeManager.NodePools.Operations;
using NodeManager.Sessions;

namespace NodeManager.Parameters;

/// <summary>A pool in a session.</summary>
internal readonly record struct PoolReference(PoolContext Context, PoolTarget Target)
{
    public NodeManagerSession Session => Context.Session;

    /// <summary>For questions and errors.</summary>
    public override string ToString() => $"node pool '{Target}' in cluster '{Session.Cluster}'";

    /// <summary>What an object says of a pool; null for one that stands for none.</summary>
    /// <param name="value">A pool, what is about one, or a node of one.</param>
    public static PoolTarget? From(ClusterObject value) =>
        value switch
        {
            NodePool pool => new()
            {
                Id = pool.Id,
                Name = pool.Name,
                Generation = pool.Generation,
            },
            NodePoolStatus status => new() { Id = status.PoolId, Name = status.Pool },
            NodePoolPlan plan => new() { Id = plan.PoolId, Name = plan.Pool },
            ClusterNode { Pool.Length: > 0 } node => new() { Name = node.Pool },
            PoolRow row => new() { Id = row.Id, Name = row.Name },
            _ => null,
        };

    /// <summary>Where the pool of an object is kept.</summary>
    /// <param name="value">A pool, what is about one, or a node of one.</param>
    /// <param name="given">What parameters say, for what the object does not.</param>
    public static PoolPlace PlaceOf(ClusterObject value, PoolPlace given)
    {
        (string provider, string ns) = value switch
        {
            NodePool pool => (pool.Provider, pool.Namespace),
            NodePoolStatus status => (status.Provider, status.Namespace),
            NodePoolPlan plan => (plan.Provider, plan.Namespace),
            PoolRow row => (row.Provider, row.Namespace),
            ObjectRow { Pool: { } row } => (row.Provider, row.Namespace),
            ClusterNode node when given.Provider.Length == 0 && node.Annotations.ContainsKey(NodeSmithNames.ClaimUidAnnotation) => (
                NodePoolProvider.Cluster,
                ""
            ),
            _ => ("", ""),
        };
        return new(provider.Length > 0 ? provider : given.Provider, ns.Length > 0 ? ns : given.Namespace);
    }

    /// <summary>The error for an object that stands for no pool.</summary>
    public static NodeManagerException StandsForNone(ClusterObject value) =>
        new(
            ErrorIds.NodePoolNotFound,
            ErrorKind.InvalidArgument,
            $"'{value}' ({value.GetType().Name}) does not identify a node pool.",
            value,
            "Pipe node pools, their status or plans, nodes of a pool, or objects with the properties Id or Name."
        );
}

using NodeManager.Autoscaling.Resources;
using NodeManager.NodePools.Operations;
using NodeManager.Sessions;

namespace NodeManager.Parameters;

internal readonly record struct PoolReference(PoolContext Context, PoolTarget Target)
{
    public NodeManagerSession Session => Context.Session;

    /// <summary>For prompts and errors.</summary>
    public override string ToString() => $"node pool '{Target}' in cluster '{Session.Cluster}'";

    /// <summary>The pool of an object; null for an object that does not stand for a pool.</summary>
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

    /// <param name="given">From parameters; used where the object does not say.</param>
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

    public static NodeManagerException StandsForNone(ClusterObject value) =>
        new(
            ErrorIds.NodePoolNotFound,
            ErrorKind.InvalidArgument,
            $"'{value}' ({value.GetType().Name}) does not identify a node pool.",
            value,
            "Pipe node pools, their status or plans, nodes of a pool, or objects with the properties Id or Name."
        );
}

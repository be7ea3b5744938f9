using NodeManager.Core.Autoscaling.Resources;

namespace NodeManager.Parameters;

/// <summary>Where pools are kept.</summary>
/// <param name="Provider">A <see cref="NodePoolProvider"/>; empty for the pool service where the session has one, else the cluster.</param>
/// <param name="Namespace">Of the autoscaler's resources, for pools of the cluster.</param>
internal readonly record struct PoolPlace(string Provider, string Namespace)
{
    /// <summary>Where the autoscaler's resources are unless said otherwise.</summary>
    public static PoolPlace Default { get; } = new("", NodeSmithNames.DefaultNamespace);

    /// <summary>Where the pool of an object is kept.</summary>
    /// <param name="value">A pool, what is about one, or a node of one.</param>
    /// <param name="given">What parameters say, for what the object does not.</param>
    public static PoolPlace Of(ClusterObject value, PoolPlace given)
    {
        (string provider, string ns) = value switch
        {
            NodePool pool => (pool.Provider, pool.Namespace),
            NodePoolStatus status => (status.Provider, status.Namespace),
            NodePoolPlan plan => (plan.Provider, plan.Namespace),
            PoolRow row => (row.Provider, row.Namespace),
            ObjectRow { Pool: { } row } => (row.Provider, row.Namespace),
            ClusterNode node when given.Provider.Length == 0 && node.Annotations.ContainsKey(NodeSmithNames.ClaimUidAnnotation) => (NodePoolProvider.Cluster, ""),
            _ => ("", ""),
        };
        return new(provider.Length > 0 ? provider : given.Provider, ns.Length > 0 ? ns : given.Namespace);
    }
}

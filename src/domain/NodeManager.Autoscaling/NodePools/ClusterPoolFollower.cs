using NodeManager.Controllers.Caching;
using NodeManager.NodePools;

namespace NodeManager.Autoscaling.NodePools;

/// <summary>Pools from the session's watch of NodeSmithPools.</summary>
internal sealed class ClusterPoolFollower(CacheUse<NodeSmithPool> use, string cluster) : IPoolFollower
{
    public Task CatchUpAsync(CancellationToken cancellationToken) => use.CatchUpAsync(cancellationToken);

    public (PoolRecord? Pool, Task Changed) Observe(string id)
    {
        (NodeSmithPool? pool, Task changed) = use.Cache.Observe(id);
        return (pool is null ? null : ClusterPoolMapper.Map(pool, cluster), Task.WhenAny(changed, use.Cache.Failed).Unwrap());
    }

    public void Dispose() => use.Dispose();
}

namespace NodeManager.Sandbox.Seeding;

/// <summary>Puts pods on nodes in turn, zone by zone, where there is room: quick, and near enough to what a scheduler does.</summary>
internal sealed class PodPlacer(List<SeedNode> nodes)
{
    private readonly Dictionary<SeedPool, SeedNode[]> _pools = nodes
        .Where(node => node.TakesPods)
        .GroupBy(node => node.Pool)
        .ToDictionary(group => group.Key, group => group.ToArray());
    private readonly Dictionary<SeedPool, int> _next = [];

    /// <summary>A node with room; null where no pool has any.</summary>
    public SeedNode? Next(Workload workload)
    {
        foreach (SeedPool pool in (SeedPool[])[workload.Pool, SeedPool.General, SeedPool.Memory, SeedPool.ControlPlane])
        {
            if (workload.Gpus > 0 && pool.Gpus == 0)
                continue;
            if (!_pools.TryGetValue(pool, out SeedNode[]? candidates))
                continue;
            // Control-plane nodes take work only where there is nothing else.
            if (pool == SeedPool.ControlPlane && _pools.Count > 1)
                continue;
            int start = _next.GetValueOrDefault(pool);
            for (int step = 0; step < candidates.Length; step++)
            {
                SeedNode node = candidates[(start + step) % candidates.Length];
                if (!node.HasRoom(workload))
                    continue;
                _next[pool] = start + step + 1;
                return node;
            }
        }
        return null;
    }
}

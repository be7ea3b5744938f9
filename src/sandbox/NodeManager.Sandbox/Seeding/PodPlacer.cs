namespace NodeManager.Sandbox.Seeding;

/// <summary>Places pods round-robin by zone where they fit: fast, and similar to a scheduler.</summary>
internal sealed class PodPlacer(List<SeedNode> nodes)
{
    private readonly Dictionary<SeedPool, SeedNode[]> _pools = nodes
        .Where(node => node.TakesPods)
        .GroupBy(node => node.Pool)
        .ToDictionary(group => group.Key, group => group.ToArray());
    private readonly Dictionary<SeedPool, int> _next = [];

    /// <summary>Null if no node has room.</summary>
    public SeedNode? Next(Workload workload)
    {
        foreach (SeedPool pool in (SeedPool[])[workload.Pool, SeedPool.General, SeedPool.Memory, SeedPool.ControlPlane])
        {
            if (workload.Gpus > 0 && pool.Gpus == 0)
                continue;
            if (!_pools.TryGetValue(pool, out SeedNode[]? candidates))
                continue;
            // Control-plane nodes only run work in clusters without others.
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

namespace NodeManager.NodePools.Operations;

/// <summary>One pool, by id, or by name within a cluster.</summary>
public sealed record PoolTarget
{
    /// <summary>Empty if only the name is known.</summary>
    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>The id or name of the pool's cluster; empty for any.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>The expected generation; null: any.</summary>
    public long? Generation { get; init; }

    public string Text => Name.Length > 0 ? Name : Id;

    public override string ToString() => Text;

    /// <exception cref="NodeManagerException">NodePoolNotFound, NodePoolAmbiguous, or the provider's refusal.</exception>
    public async Task<PoolRecord> FindAsync(PoolContext context, CancellationToken cancellationToken)
    {
        if (Id.Length > 0)
            return await context.Provider.GetAsync(Id, cancellationToken);
        string cluster = Cluster.Length == 0 ? "" : (await PoolClusters.ResolveAsync(context, Cluster, cancellationToken)).Id;
        List<PoolRecord> found = [];
        await foreach (PoolRecord pool in context.Provider.ListAsync(new() { ClusterId = cluster }, cancellationToken))
            if (pool.Name == Name)
                found.Add(pool);
        return found switch
        {
            [var one] => one,
            [] => throw PoolErrors.NotFound(Name, context.Session.Cluster),
            _ => throw PoolErrors.Ambiguous(Name, found),
        };
    }
}

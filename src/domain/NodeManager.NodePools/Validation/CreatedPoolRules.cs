using NodeManager.NodePools.Documents;

namespace NodeManager.NodePools.Validation;

/// <summary>Recognizes the pool of a creation whose answer was lost. Pure.</summary>
public static class CreatedPoolRules
{
    /// <summary>The resolution of the times that a service writes.</summary>
    private static readonly TimeSpan Resolution = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The pools that the creation may have made: same cluster, name and creator, a specification with all that was sent, and created after
    /// the creation was sent. More than one cannot be told apart.
    /// </summary>
    /// <param name="pools">Of the provider, read back.</param>
    /// <param name="draft">What was sent.</param>
    /// <param name="user">Who sent it.</param>
    /// <param name="sentAt">When it was sent, by the provider's clock.</param>
    public static IReadOnlyList<PoolRecord> Find(IEnumerable<PoolRecord> pools, PoolDraft draft, string user, DateTimeOffset sentAt) =>
        [
            .. pools.Where(pool =>
                pool.Name == draft.Name
                && pool.ClusterId == draft.ClusterId
                && string.Equals(pool.CreatedBy, user, StringComparison.OrdinalIgnoreCase)
                && pool.CreatedAt >= sentAt - Resolution
                && PoolMerge.Contains(pool.Spec, draft.Spec)
            ),
        ];
}

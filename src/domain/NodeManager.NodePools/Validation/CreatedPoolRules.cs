using NodeManager.NodePools.Documents;

namespace NodeManager.NodePools.Validation;

/// <summary>Recognizes the pool of a creation whose answer was lost.</summary>
public static class CreatedPoolRules
{
    /// <summary>The resolution of a service's times.</summary>
    private static readonly TimeSpan Resolution = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The candidates: same cluster, name and creator, a specification with all sent fields, and created after the request. Several cannot
    /// be told apart.
    /// </summary>
    /// <param name="pools">The provider's pools, read back.</param>
    /// <param name="draft">The sent draft.</param>
    /// <param name="user">The sender.</param>
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

using NodeManager.NodePools.Updates.Options;

namespace NodeManager.NodePools.Updates.PoolServices;

/// <summary>The options that updates of a service's pool do not support.</summary>
public static class ServiceRollLimits
{
    /// <summary>Null: supported.</summary>
    /// <param name="strategy">The requested strategy; null: none.</param>
    /// <param name="hasLimits">True if a surge or a number of missing nodes is requested.</param>
    public static NodeManagerException? Refuse(string pool, PoolUpdateStrategy? strategy, bool hasLimits) =>
        strategy == PoolUpdateStrategy.Surge
            ? Unsupported(pool, "The strategy Surge replaces single nodes; a pool service takes only a node count.")
        : hasLimits
            ? Unsupported(
                pool,
                "A pool service takes only a node count and selects the nodes itself; MaxSurge and MaxUnavailable are not supported."
            )
        : null;

    internal static NodeManagerException? Refuse(RollRecord record, RollState state, PoolUpdateChange change)
    {
        if (!record.IsService)
            return null;
        if (Refuse(record.Pool, null, change.MaxSurge is not null || change.MaxUnavailable is not null) is { } refused)
            return refused;
        bool follows = record.SecondPool.Length == 0;
        if (follows && (change.Pause == true || change.DrainTimeout is not null))
        {
            return Unsupported(
                record.Pool,
                $"The service rolls the nodes of pool '{record.Pool}' itself, so {(change.Pause == true ? "that cannot be paused" : "it decides how long a drain may take")}.",
                "Stop-NodePoolUpdate -Rollback restores the former values. An update with -Strategy BlueGreen drains nodes here."
            );
        }

        if (!change.Rollback)
            return null;
        return follows && record.From is null
                ? Impossible(
                    record.Pool,
                    $"The specification that node pool '{record.Pool}' had before the update was not recorded.",
                    "Change it with Set-NodePool."
                )
            : state is { IsRemoving: true, IsBack: false }
                ? Impossible(
                    record.Pool,
                    $"Node pool '{record.Pool}' is being deleted, so the update cannot be rolled back.",
                    $"Node pool '{record.SecondPool}' has taken its place; Set-NodePool changes it."
                )
            : null;
    }

    private static NodeManagerException Unsupported(
        string pool,
        string why,
        string advice =
            "Use -Strategy Follow for the service's own roll, or -Strategy BlueGreen for a second pool, which drains nodes here."
    ) => new(ErrorIds.PoolUpdateUnsupported, ErrorKind.InvalidOperation, why, pool, advice);

    private static NodeManagerException Impossible(string pool, string why, string advice) =>
        new(ErrorIds.PoolUpdateInvalid, ErrorKind.InvalidOperation, why, pool, advice);
}

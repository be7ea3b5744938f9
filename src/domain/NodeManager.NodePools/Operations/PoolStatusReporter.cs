using NodeManager.Core.Operations;

namespace NodeManager.NodePools.Operations;

public static class PoolStatusReporter
{
    /// <summary>Replaces the controller's previous report.</summary>
    /// <param name="report">Builds the report; an observed generation of 0 stands for the pool's own.</param>
    /// <returns>The status of all controllers, read back.</returns>
    public static Task<NodePoolStatus> ReportAsync(
        PoolContext context,
        PoolTarget target,
        PoolStatusReport report,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            context.Session,
            target.Text,
            async (connection, token) =>
            {
                PoolRecord pool = await target.FindAsync(context, token);
                PoolStatusReport complete = report.ObservedGeneration > 0 ? report : report with { ObservedGeneration = pool.Generation };
                if (report.Conditions.Any(static one => one.LastTransitionTime is null))
                {
                    IReadOnlyList<NodePoolControllerStatus> known = await context.Provider.GetStatusAsync(pool.Id, token);
                    complete = complete with { Conditions = Timed(report, known, connection.Time.GetUtcNow()) };
                }

                await context.Provider.ReportStatusAsync(pool.Id, complete, token);
                return context.Map(pool, await context.Provider.GetStatusAsync(pool.Id, token));
            },
            cancellationToken
        );

    /// <summary>Checks that the pool exists and that this user may report its status, as far as the provider knows.</summary>
    /// <exception cref="NodeManagerException">NodePoolNotFound, NodePoolAmbiguous, Forbidden.</exception>
    public static Task CheckAsync(PoolContext context, PoolTarget target, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(
            context.Session,
            target.Text,
            async (_, token) =>
            {
                PoolRecord pool = await target.FindAsync(context, token);
                await context.Provider.RequireAccessAsync("patch", "status", token);
                return pool;
            },
            cancellationToken
        );

    // A condition with an unchanged status keeps its lastTransitionTime.
    private static List<NodeCondition> Timed(PoolStatusReport report, IReadOnlyList<NodePoolControllerStatus> known, DateTimeOffset now)
    {
        ItemList<NodeCondition> before =
            known.FirstOrDefault(one => one.Name == report.Controller)?.Conditions ?? ItemList<NodeCondition>.Empty;
        return
        [
            .. report.Conditions.Select(one =>
                one.LastTransitionTime is not null
                    ? one
                    : new()
                    {
                        Type = one.Type,
                        Status = one.Status,
                        Reason = one.Reason,
                        Message = one.Message,
                        LastTransitionTime =
                            before.FirstOrDefault(old => old.Type == one.Type && old.Status == one.Status)?.LastTransitionTime ?? now,
                    }
            ),
        ];
    }
}

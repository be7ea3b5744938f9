using NodeManager.Core.Operations;

namespace NodeManager.SchedulerControl.Health;

/// <summary>Checks all preconditions of a working scheduler.</summary>
public static class SchedulerHealth
{
    /// <summary>
    /// A finding for each check, including passed ones. Changes nothing in the cluster; the session's alerts report changes.
    /// </summary>
    /// <exception cref="NodeManagerException">ServerUnreachable and the like; forbidden data is a finding.</exception>
    public static Task<IReadOnlyList<SchedulerHealthFinding>> CheckAsync(
        NodeManagerSession session,
        ClusterScheduler scheduler,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            scheduler.ToString(),
            async (connection, token) =>
            {
                var findings = await new SchedulerHealthCheck(connection, session, scheduler).RunAsync(token);
                connection.Get<SchedulerHealthAlerts>().Raise(session, scheduler, findings, connection.Logger);
                return findings;
            },
            cancellationToken
        );
}

using NodeManager.Core.Operations;
using NodeManager.SchedulerControl.Discovery;

namespace NodeManager.SchedulerControl.Health;

/// <summary>Checks all preconditions of a working scheduler.</summary>
public static class SchedulerHealth
{
    /// <summary>A finding per check, also for passed checks; nothing is changed. The alerts of the session report changes.</summary>
    /// <param name="session">Where.</param>
    /// <param name="scheduler">Which.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="NodeManagerException">ServerUnreachable and the like; what may not be read is a finding.</exception>
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

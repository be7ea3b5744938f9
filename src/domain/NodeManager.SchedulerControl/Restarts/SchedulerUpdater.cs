using NodeManager.Core.Progress;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.SchedulerControl.Restarts;

/// <summary>Changes a scheduler's configuration and applies it.</summary>
public static class SchedulerUpdater
{
    /// <summary>
    /// Writes a change as a new revision and, if something changed, restarts the scheduler. If a restart is not possible, nothing is
    /// written.
    /// </summary>
    /// <param name="restart">The options of the restart; null: only write.</param>
    /// <param name="pending">Lists the restart while waiting for it.</param>
    /// <param name="observer">Receives messages and progress.</param>
    /// <exception cref="NodeManagerException">SchedulerNotRunning, or an error of the change or the restart.</exception>
    public static async Task<SchedulerUpdate> ChangeAsync(
        NodeManagerSession session,
        ClusterScheduler scheduler,
        SchedulerChange change,
        SchedulerRestartRequest? restart,
        PendingRestarts? pending,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        if (restart is not null)
            await SchedulerRestarter.CheckAsync(session, scheduler, cancellationToken);
        SchedulerChangeResult result = await SchedulerConfigurationWriter.ChangeAsync(
            session,
            scheduler,
            change,
            observer,
            cancellationToken
        );
        if (!result.IsWritten)
            return new(result, null);
        observer.Verbose($"{scheduler.Source} of '{session.Cluster}' is revision {result.Revision} now.");
        if (restart is null)
            return new(result, null);
        return new(
            result,
            await (pending ?? new()).WaitAsync(
                $"Deployment {scheduler.Namespace}/{scheduler.Deployment} of '{session.Cluster}', revision {result.Revision}",
                () => SchedulerRestarter.RestartAsync(session, scheduler, restart, observer, cancellationToken)
            )
        );
    }
}

/// <param name="Restart">Null if nothing was restarted.</param>
public sealed record SchedulerUpdate(SchedulerChangeResult Change, SchedulerRestartResult? Restart);

using NodeManager.Core.Progress;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.SchedulerControl.Restarts;

/// <summary>Writes a change of a scheduler's configuration and brings it into force.</summary>
public static class SchedulerUpdater
{
    /// <summary>
    /// Writes a change as a new revision and, where something changed, restarts the scheduler. A scheduler that could not be restarted is refused
    /// before anything is written.
    /// </summary>
    /// <param name="session">Where.</param>
    /// <param name="scheduler">Whose.</param>
    /// <param name="change">What to change.</param>
    /// <param name="restart">How to restart; null: only write.</param>
    /// <param name="pending">Keeps the restart listed while it is waited for.</param>
    /// <param name="observer">Told of what happens.</param>
    /// <param name="cancellationToken">Stops the wait; a restart continues in the cluster.</param>
    /// <exception cref="NodeManagerException">SchedulerNotRunning, and what the change and the restart fail with.</exception>
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

/// <summary>What became of a change and its restart.</summary>
/// <param name="Restart">Null where nothing was restarted.</param>
public sealed record SchedulerUpdate(SchedulerChangeResult Change, SchedulerRestartResult? Restart);

using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.SchedulerControl.Discovery;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>Changes schedulers' configurations in clusters.</summary>
public static class SchedulerConfigurationWriter
{
    /// <summary>
    /// Changes a configuration by an edit: reads it, edits and checks it, keeps the old and the new text as revisions and writes it on the
    /// condition that it still is what was read. Where another client was faster the edit is repeated on its text, so that neither is lost. What
    /// is refused on the way leaves everything as it was. The scheduler reads it when it starts.
    /// </summary>
    /// <param name="session">Where.</param>
    /// <param name="scheduler">Whose.</param>
    /// <param name="change">What.</param>
    /// <param name="observer">Told what is noteworthy beside it: a change that was begun and never ended, one that is not in force yet.</param>
    /// <param name="cancellationToken">Stops it before the write; a write in progress is seen through.</param>
    /// <exception cref="NodeManagerException">
    /// SchedulerConfigurationNotFound, SchedulerConfigurationInvalid, SchedulerConfigurationImmutable, Forbidden, Conflict.
    /// </exception>
    public static Task<SchedulerChangeResult> ChangeAsync(
        NodeManagerSession session,
        ClusterScheduler scheduler,
        SchedulerChange change,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            scheduler.ToString(),
            (connection, token) => new SchedulerWrite(connection, session, scheduler, change, observer).RunAsync(token),
            cancellationToken
        );
}

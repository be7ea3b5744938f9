using NodeManager.Core.Operations;
using NodeManager.Core.Progress;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>Changes schedulers' configurations in clusters.</summary>
public static class SchedulerConfigurationWriter
{
    /// <summary>
    /// Edits and validates a configuration, stores the old and the new text as revisions and writes it with the resourceVersion as
    /// precondition. After a concurrent change the edit is repeated on the new text, unless it replaces the text. A refusal changes nothing.
    /// The scheduler reads it when it starts.
    /// </summary>
    /// <param name="observer">Warned of an unfinished change, or of one that is not active yet.</param>
    /// <param name="cancellationToken">Stops it before the write; a write in progress is completed.</param>
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

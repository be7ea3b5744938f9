using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>The stored configurations of a scheduler in its cluster.</summary>
public static class SchedulerBackups
{
    /// <summary>The newest first.</summary>
    /// <exception cref="NodeManagerException">
    /// Forbidden; SchedulerConfigurationNotFound if neither the ConfigMap nor a backup exists.
    /// </exception>
    public static Task<IReadOnlyList<SchedulerConfigurationBackup>> ListAsync(
        NodeManagerSession session,
        ClusterScheduler scheduler,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            scheduler.ToString(),
            (connection, token) => ListAsync(session, connection, scheduler, token),
            cancellationToken
        );

    /// <summary>A backup by its number.</summary>
    /// <exception cref="NodeManagerException">SchedulerRevisionNotFound, with the existing ones; Forbidden.</exception>
    public static async Task<SchedulerConfigurationBackup> FindAsync(
        NodeManagerSession session,
        ClusterScheduler scheduler,
        long revision,
        CancellationToken cancellationToken
    )
    {
        var kept = await ListAsync(session, scheduler, cancellationToken);
        return kept.FirstOrDefault(backup => backup.Revision == revision)
            ?? throw new NodeManagerException(
                ErrorIds.SchedulerRevisionNotFound,
                ErrorKind.ObjectNotFound,
                $"No revision {revision} of {scheduler.Source} is kept in '{session.Cluster}'; "
                    + (kept.Count > 0 ? $"there are {string.Join(", ", kept.Select(backup => backup.Revision))}." : "there is none."),
                scheduler.ToString(),
                "List the revisions with Get-SchedulerConfigurationBackup."
            );
    }

    /// <summary>Stores the active configuration, if it is not stored yet.</summary>
    /// <exception cref="NodeManagerException">SchedulerConfigurationNotFound, Forbidden.</exception>
    public static async Task<SchedulerConfigurationBackup> KeepAsync(
        NodeManagerSession session,
        ClusterScheduler scheduler,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        var change = new SchedulerChange { Edit = static text => text, Action = "" };
        var (_, revision) = await ClusterOperation.RunAsync(
            session,
            scheduler.ToString(),
            (connection, token) => new SchedulerWrite(connection, session, scheduler, change, observer).RecordAsync(token),
            cancellationToken
        );
        return await FindAsync(session, scheduler, revision, cancellationToken);
    }

    /// <summary>Checks that this user may store revisions.</summary>
    /// <exception cref="NodeManagerException">Forbidden.</exception>
    public static Task CheckAsync(
        NodeManagerSession session,
        ClusterScheduler scheduler,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            scheduler.ToString(),
            async (connection, token) =>
            {
                await new SchedulerWrite(
                    connection,
                    session,
                    scheduler,
                    new() { Edit = static text => text, Action = "" },
                    observer
                ).RequirePermissionAsync(token);
                return true;
            },
            cancellationToken
        );

    private static async Task<IReadOnlyList<SchedulerConfigurationBackup>> ListAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        ClusterScheduler scheduler,
        CancellationToken cancellationToken
    )
    {
        var kept = await new RevisionStore(connection, scheduler).ListAsync(cancellationToken);
        LiveConfiguration? live = null;
        try
        {
            live = await LiveConfiguration.ReadAsync(connection, scheduler, cancellationToken);
        }
        catch (NodeManagerException gone) when (gone.ErrorId == ErrorIds.SchedulerConfigurationNotFound && kept.Count > 0)
        {
            // Backups outlive their ConfigMap.
        }

        var written = Written(kept, live?.Annotation?.Revision);
        return
        [
            .. kept.Reverse()
                .Select(revision =>
                    Map(
                        session,
                        scheduler,
                        revision,
                        revision.Number == live?.Revision ? SchedulerBackupStatus.Current
                            : written.Contains(revision.Number) ? SchedulerBackupStatus.Former
                            : SchedulerBackupStatus.NotWritten
                    )
                ),
        ];
    }

    /// <summary>The numbers of active configurations: each names the one that it was made from.</summary>
    private static HashSet<long> Written(IReadOnlyList<SchedulerRevision> kept, long? current)
    {
        var byNumber = kept.ToDictionary(revision => revision.Number);
        HashSet<long> written = [.. kept.Where(revision => revision.Data.IsFound).Select(revision => revision.Number)];
        var number = current ?? (kept.Count > 0 ? kept[^1].Number : 0);
        while (byNumber.TryGetValue(number, out var revision))
        {
            written.Add(number);
            number = revision.Data.Previous;
        }

        return written;
    }

    private static SchedulerConfigurationBackup Map(
        NodeManagerSession session,
        ClusterScheduler scheduler,
        SchedulerRevision revision,
        string status
    ) =>
        new()
        {
            Cluster = session.Cluster,
            Session = session,
            Namespace = scheduler.Namespace,
            ConfigMap = scheduler.ConfigMap,
            Key = scheduler.Key,
            Deployment = scheduler.Deployment,
            Revision = revision.Number,
            Status = status,
            Action = revision.Data.Action,
            By = revision.Data.By,
            Reason = revision.Data.Reason,
            CreatedAt = revision.CreatedAt,
            PreviousRevision = revision.Data.Previous == 0 ? null : revision.Data.Previous,
            Changes = new([.. revision.Data.Changes]),
            Text = revision.Data.Text,
            Location = revision.Name,
        };
}

using NodeManager.Controllers.Caching;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.SchedulerControl.Revisions;

/// <summary>Detects writes of other processes that are in progress, or were interrupted.</summary>
internal sealed class UnfinishedWrites(ClusterConnection connection, ClusterScheduler scheduler, IOperationObserver observer)
{
    // A write follows its revision within milliseconds; a slower process was killed, or gets a conflict from the server.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromSeconds(30);

    private readonly HashSet<long> _awaited = [];

    /// <summary>
    /// A revision after the active one: another process is about to write it, or was killed before. True once the ConfigMap has changed;
    /// otherwise warns.
    /// </summary>
    public async Task<bool> IsBeingChangedAsync(
        LiveConfiguration live,
        IReadOnlyList<SchedulerRevision> kept,
        CancellationToken cancellationToken
    )
    {
        var pending = kept.LastOrDefault(revision => !revision.Data.IsFound && revision.Number > (live.Annotation?.Revision ?? 0));
        if (pending is null || !_awaited.Add(pending.Number))
            return false;
        var isOld = connection.Client.ServerTime - pending.CreatedAt > AbandonedAfter;
        if (!isOld && await ChangesAsync(live.Map, cancellationToken))
            return true;
        observer.Warning(
            $"{scheduler.Source}: {pending.Title} was prepared but not written, as the change was interrupted. "
                + $"To write it, use Restore-SchedulerConfiguration -Revision {pending.Number}."
        );
        return false;
    }

    private async Task<bool> ChangesAsync(ConfigMap map, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, connection.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var use = connection
            .Caches()
            .Open(Resources.ConfigMaps, new() { Namespace = scheduler.Namespace, FieldSelector = $"metadata.name={scheduler.ConfigMap}" });
        try
        {
            await use.CatchUpAsync(linked.Token);
            while (true)
            {
                var changed = use.Cache.Changed();
                if (use.Cache.Find(scheduler.Namespace, scheduler.ConfigMap)?.Metadata.ResourceVersion != map.Metadata.ResourceVersion)
                    return true;
                await connection.Time.WaitForChangeAsync([changed], null, linked.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}

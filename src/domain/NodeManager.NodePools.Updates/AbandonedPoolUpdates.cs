using NodeManager.Controllers.Caching;
using NodeManager.Controllers.Leasing;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Timing;
using NodeManager.NodePools.Updates.Options;

namespace NodeManager.NodePools.Updates;

/// <summary>
/// Continues updates of NodeSmithPools whose process died: updates that are recorded as running while nobody renews their Lease. An update that
/// a person interrupted, paused or stopped is left alone.
/// </summary>
public sealed class AbandonedPoolUpdates
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(30);

    private readonly NodeManagerSession _session;
    private readonly ClusterConnection _connection;
    private readonly string _namespace;
    private readonly IOperationObserver _observer;

    private AbandonedPoolUpdates(NodeManagerSession session, string ns, IOperationObserver observer)
    {
        (_session, _connection, _namespace, _observer) = (session, session.Connection(), ns, observer);
    }

    /// <summary>Watches the updates of a namespace until cancelled. What it continues is then left to the next process that watches.</summary>
    public static async Task RunAsync(
        NodeManagerSession session,
        string ns,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        AbandonedPoolUpdates updates = new(session, ns, observer);
        while (true)
        {
            try
            {
                await updates.WatchAsync(cancellationToken);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                observer.Warning($"Pool updates of namespace {ns} cannot be watched, retrying: {failure.Message}");
                await updates._connection.Time.DelayAsync(RetryPause, cancellationToken);
            }
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Dictionary<string, Task> followed = new(StringComparer.Ordinal);
        try
        {
            using CacheUse<ConfigMap> maps = _connection
                .Caches()
                .Open(Resources.ConfigMaps, new() { Namespace = _namespace, LabelSelector = RollLayout.Label });
            await maps.CatchUpAsync(cancellationToken);
            while (true)
            {
                (IReadOnlyList<ConfigMap> now, Task changed) = maps.Cache.ObserveAll();
                foreach (StoredRoll update in now.Select(StoredRoll.Read).OfType<StoredRoll>().Where(IsRunning))
                {
                    string pool = update.Record.Pool;
                    if (!followed.TryGetValue(pool, out Task? task) || task.IsCompleted)
                        followed[pool] = FollowAsync(pool, stop.Token);
                }

                await _connection.Time.WaitForChangeAsync([changed], null, cancellationToken);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(followed.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Until the update ends or is interrupted, here or elsewhere.
    private async Task FollowAsync(string pool, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (!await IsRunningAsync(pool, cancellationToken))
                    return;
                if (await WaitUntilAbandonedAsync(pool, cancellationToken))
                    await ContinueAsync(pool, cancellationToken);
            }
            catch (NodeManagerException faster) when (faster.ErrorId == ErrorIds.PoolUpdateConflict)
            {
                _observer.Verbose(faster.Message);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                _observer.Warning($"The update of pool {pool} cannot be continued, retrying: {failure.Message}");
                await _connection.Time.DelayAsync(RetryPause, cancellationToken);
            }
        }
    }

    // False where its process ended it in the meantime.
    private async Task<bool> WaitUntilAbandonedAsync(string pool, CancellationToken cancellationToken)
    {
        LeaseState lease = await LeaseObserver.ReadAsync(
            _connection.Client,
            RollLayout.NameOf(pool, isService: false),
            _namespace,
            cancellationToken
        );
        await LeaseObserver.WaitUntilFreeAsync(_connection.Client, _connection.Caches(), lease, static _ => { }, cancellationToken);
        return await IsRunningAsync(pool, cancellationToken);
    }

    private async Task ContinueAsync(string pool, CancellationToken cancellationToken)
    {
        _observer.Warning($"The process that updated pool {pool} is gone; the autoscaler continues the update.");
        PoolUpdateRequest request = new()
        {
            Pool = pool,
            Namespace = _namespace,
            Intent = PoolUpdateIntent.Continue,
        };
        PoolUpdateOutcome outcome = await PoolUpdates.RunAsync(_session, request, _observer, cancellationToken);
        if (outcome.Failure is { } failure)
            _observer.Warning($"The update of pool {pool} ended: {failure.Message} {failure.RecommendedAction}".TrimEnd());
    }

    private async Task<bool> IsRunningAsync(string pool, CancellationToken cancellationToken) =>
        await StoredRoll.FindAsync(_connection, _namespace, pool, isService: false, cancellationToken) is { } update && IsRunning(update);

    private static bool IsRunning(StoredRoll update) =>
        update is { Record.IsService: false, State.Status: NodePoolUpdateStatus.Running } && update.Control.PausedBy.Length == 0;
}

using System.Collections.Concurrent;
using NodeManager.Core.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Options;
using NodeManager.Maintenance.Detached;
using NodeManager.Server.Clusters;
using NodeManager.Server.Operations;

namespace NodeManager.Server.Nodes;

/// <summary>
/// The stored drains of the cluster as operations, whichever server carries them out: each server lists, follows and cancels all of them.
/// </summary>
/// <param name="ns">The namespace of detached work.</param>
internal sealed class StoredDrainOperations(ClusterSession cluster, OperationRegistry operations, string ns) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, StoredDrain> _open = new();

    /// <summary>Stores a drain, and follows it.</summary>
    /// <exception cref="NodeManagerException">ServerNotRunning, Forbidden: it cannot be stored. Or the server's refusal.</exception>
    public async Task<TrackedOperation> StartAsync(string by, IReadOnlyList<NodeTarget> nodes, DrainOptions options, CancellationToken stop)
    {
        operations.RequireRoom();
        return Follow(await DetachedSubmitter.StoreAsync(cluster.Session, ns, nodes, by, options, stop));
    }

    /// <summary>The running drain of just these nodes that a caller of this API started, on any server; null if there is none.</summary>
    public (TrackedOperation Operation, bool HasSameOptions)? Find(IReadOnlyCollection<string> nodes, DrainOptions options)
    {
        foreach (StoredDrain drain in _open.Values)
            if (
                drain.Reason == options.Reason
                && drain.Nodes.ToHashSet().SetEquals(nodes)
                && operations.TryFind(drain.Id) is { Operation.State: OperationState.Running } running
            )
                return (running, drain.HasOptions(cluster.Session, options));
        return null;
    }

    /// <summary>The operation of a stored drain, also after its end; null if there is none.</summary>
    public async Task<TrackedOperation?> FindAsync(string id, CancellationToken stop) =>
        await StoredDrains.FindAsync(cluster.Session, ns, id, stop) is { } drain ? Follow(drain) : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host continues its start.
        await Task.Yield();
        while (true)
        {
            try
            {
                await foreach (IReadOnlyList<StoredDrain> open in StoredDrains.WatchAsync(cluster.Session, ns, stoppingToken))
                foreach (StoredDrain drain in open)
                    Follow(drain);
                return;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (NodeManagerException closed) when (closed.ErrorId == ErrorIds.SessionClosed)
            {
                return;
            }
            catch (NodeManagerException)
            {
                // DetachedService logs the reason: the kind or a permission is missing, the server stops, or too many operations run.
                await Task.Delay(Retry, cluster.Session.Time(), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // One operation for each drain, though its creation is seen by the watch as well.
    private TrackedOperation Follow(StoredDrain drain)
    {
        lock (_gate)
        {
            if (operations.TryFind(drain.Id) is { } known)
                return known;
            TrackedOperation tracked = operations.Start(
                drain.RequestedBy,
                static result => ((StoredDrainResult)result).ToApi(),
                () => StoredDrains.Follow(cluster.Session, drain),
                OperationEnding.Continued,
                stop => StoredDrains.StopAsync(cluster.Session, drain, stop)
            );
            _open[drain.Id] = drain;
            _ = RemoveWhenCompletedAsync(tracked);
            return tracked;
        }
    }

    private async Task RemoveWhenCompletedAsync(TrackedOperation tracked)
    {
        await tracked.Operation.Completion;
        _open.TryRemove(tracked.Operation.Id, out _);
    }
}

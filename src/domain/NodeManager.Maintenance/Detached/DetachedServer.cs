using NodeManager.Controllers.Caching;
using NodeManager.Controllers.Leasing;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Requests;

namespace NodeManager.Maintenance.Detached;

public sealed record DetachedServerOptions
{
    public string Namespace { get; init; } = MaintenanceRequest.DefaultNamespace;

    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The maximum number of concurrent requests; further ones wait.</summary>
    public int MaximumRuns { get; init; } = 100;

    /// <summary>The number of completed requests that are kept.</summary>
    public int History { get; init; } = 100;
}

/// <summary>
/// Executes work of <c>-Detach</c>. One of several servers works; the next one resumes after a failure. The state is read from the runs
/// themselves, so nothing is done twice.
/// </summary>
public static class DetachedServer
{
    /// <summary>Serves until cancelled; work in progress is then left to the next server, within about two seconds.</summary>
    /// <exception cref="NodeManagerException">SessionClosed.</exception>
    public static Task RunAsync(
        NodeManagerSession session,
        DetachedServerOptions options,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            options.Namespace,
            async (connection, token) =>
            {
                LeaderLeaseOptions lease = new()
                {
                    Name = DetachedNames.Lease,
                    Namespace = options.Namespace,
                    Identity = session.NewHolder(),
                    Duration = options.LeaseDuration,
                };
                Leader leader = new(
                    leadership => new DetachedWork(session, connection, options, lease.Identity, observer).RunAsync(leadership),
                    options,
                    observer
                );
                await new LeaderElection(connection.Client, connection.Caches(), lease, leader, connection.Closed).RunAsync(token);
                return true;
            },
            cancellationToken
        );

    private sealed class Leader(Func<CancellationToken, Task> work, DetachedServerOptions options, IOperationObserver observer) : ILeader
    {
        private string _last = "";

        public void Waiting(LeaseState other) =>
            observer.Verbose(
                $"{other.Holder} serves detached work of namespace {options.Namespace}; waiting until it stops renewing its lease."
            );

        public void Leading()
        {
            // Changes are reported for each request.
        }

        public async Task<bool> WorkAsync(CancellationToken leadership)
        {
            await work(leadership);
            return false;
        }

        public bool Failed(Exception failure, bool isLeading)
        {
            // A repeated failure is logged once: the kind or a role may be missing permanently.
            if (Interlocked.Exchange(ref _last, failure.Message) != failure.Message)
                observer.Warning($"Detached work of namespace {options.Namespace} cannot be served, retrying: {failure.Message}");
            return true;
        }

        public void TakenOver(string taker) =>
            observer.Verbose($"{(taker.Length > 0 ? taker : "Another process")} took over detached work of namespace {options.Namespace}.");

        public void Renewed(Lease lease)
        {
            // Stopped on request.
        }

        public void RenewalRefused(Exception failure) =>
            observer.Warning($"Lease {options.Namespace}/{DetachedNames.Lease} cannot be renewed: {failure.Message}");

        public void InDoubt(TimeSpan unrenewed) =>
            observer.Warning(
                $"Lease {options.Namespace}/{DetachedNames.Lease} could not be renewed for {unrenewed.TotalSeconds:0} s: detached work is paused until it is."
            );
    }
}

/// <summary>The work of the leading server: one task for each request.</summary>
internal sealed class DetachedWork(
    NodeManagerSession session,
    ClusterConnection connection,
    DetachedServerOptions options,
    string identity,
    IOperationObserver observer
)
{
    private readonly Dictionary<string, Entry> _running = [];

    // Requests completed here that the watch still shows as open.
    private readonly HashSet<string> _ended = [];

    public async Task RunAsync(CancellationToken leadership)
    {
        using CacheUse<NodeMaintenanceRequest> use = connection
            .Caches()
            .Open(DetachedResources.Requests, new() { Namespace = options.Namespace });
        await use.CatchUpAsync(leadership);
        try
        {
            while (true)
            {
                (IReadOnlyList<NodeMaintenanceRequest> all, Task changed) = use.Cache.ObserveAll();
                foreach (string uid in _running.Where(static one => one.Value.Ended.IsCompleted).Select(static one => one.Key).ToArray())
                {
                    _ended.Add(uid);
                    if (_running.Remove(uid, out Entry? done))
                        done.Dispose();
                }

                Follow(all, leadership);
                await connection.Time.WaitForChangeAsync([changed, .. _running.Values.Select(static one => one.Ended)], null, leadership);
            }
        }
        finally
        {
            foreach (Entry entry in _running.Values)
                await entry.CancelAsync();
            await Task.WhenAll(_running.Values.Select(static one => one.Ended));
            foreach (Entry entry in _running.Values)
                entry.Dispose();
        }
    }

    private void Follow(IReadOnlyList<NodeMaintenanceRequest> all, CancellationToken leadership)
    {
        Dictionary<string, NodeMaintenanceRequest> byUid = all.ToDictionary(static one => one.Metadata.Uid ?? "");
        foreach ((string uid, Entry entry) in _running)
        {
            NodeMaintenanceRequest? now = byUid.GetValueOrDefault(uid);
            // A deleted request is stopped, too.
            if (now is null or { Metadata.DeletionTimestamp: not null } or { Spec.StopRequestedBy.Length: > 0 })
                entry.Stop(now?.Spec.StopRequestedBy ?? "the deletion of the request");
        }

        _ended.IntersectWith(byUid.Keys);
        // The oldest first, so that earlier requests get the nodes.
        foreach (
            NodeMaintenanceRequest request in all.Where(static one => !one.IsOver && one.Metadata.DeletionTimestamp is null)
                .OrderBy(static one => one.Metadata.CreationTimestamp)
                .ThenBy(static one => one.Metadata.Name, StringComparer.Ordinal)
        )
        {
            string uid = request.Metadata.Uid ?? "";
            if (_running.Count >= options.MaximumRuns || _running.ContainsKey(uid) || _ended.Contains(uid))
                continue;
            observer.Verbose(
                $"{(request.IsDrain ? "Draining" : "Maintaining")} {request.Spec.Nodes.Count} nodes for {request.Spec.RequestedBy}: {options.Namespace}/{request.Metadata.Name}."
            );
            _running.Add(
                uid,
                new(new DetachedRun(session, connection, request, options, identity, observer), request.Metadata.Name, observer, leadership)
            );
        }

        foreach (
            NodeMaintenanceRequest old in all.Where(static one => one.IsOver)
                .OrderByDescending(static one => one.Status!.EndedAt)
                .Skip(options.History)
        )
            Delete(old);
    }

    private void Delete(NodeMaintenanceRequest old) => _ = DeleteAsync(old.Metadata.Name);

    private async Task DeleteAsync(string name)
    {
        try
        {
            await DetachedDirectory.DeleteAsync(connection, name, options.Namespace, connection.Closed);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The next check deletes it.
        }
    }

    private sealed class Entry : IDisposable
    {
        private readonly CancellationTokenSource _stop;
        private readonly DetachedRun _run;

        public Entry(DetachedRun run, string name, IOperationObserver observer, CancellationToken leadership)
        {
            _run = run;
            _stop = CancellationTokenSource.CreateLinkedTokenSource(leadership);
            CancellationToken stop = _stop.Token;
            Ended = Task.Run(() => RunAsync(name, observer, stop, leadership), CancellationToken.None);
        }

        /// <summary>Completes with the run, and does not fail.</summary>
        public Task Ended { get; }

        public void Stop(string by)
        {
            _run.StoppedBy ??= by;
            _stop.Cancel();
        }

        public Task CancelAsync() => _stop.CancelAsync();

        public void Dispose() => _stop.Dispose();

        private async Task RunAsync(string name, IOperationObserver observer, CancellationToken stop, CancellationToken leadership)
        {
            try
            {
                await _run.RunAsync(stop, leadership);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                if (!stop.IsCancellationRequested)
                    observer.Warning($"Detached run {name} failed: {e.Message}");
            }
        }
    }
}

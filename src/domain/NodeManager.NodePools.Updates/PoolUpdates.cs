using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Controllers.Leasing;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;
using NodeManager.NodePools.Updates.Decisions;
using NodeManager.NodePools.Updates.Execution;
using NodeManager.NodePools.Updates.Options;
using NodeManager.NodePools.Updates.PoolServices;
using NodeManager.Runs;

namespace NodeManager.NodePools.Updates;

/// <summary>Replaces the nodes of pools: by claims in the cluster, or for a service by a second pool or the service's own roll.</summary>
public static class PoolUpdates
{
    /// <summary>
    /// Works on the update of a pool until it ends. A cancellation stops all changes and returns within about two seconds; any process can
    /// resume the update.
    /// </summary>
    /// <exception cref="NodeManagerException">
    /// Nothing was begun: NodePoolNotFound, PoolUpdateNotFound, PoolUpdateInvalid, PoolUpdateConflict, or the server's refusal.
    /// </exception>
    public static async Task<PoolUpdateOutcome> RunAsync(
        NodeManagerSession session,
        PoolUpdateRequest request,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        ClusterConnection connection = session.Connection();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(connection.Closed, cancellationToken);
        RunScope scope = new(
            session,
            connection,
            new RollErrors(request.Pool),
            request.Namespace,
            new RollObserver(observer, "pool/" + request.Pool),
            cancellationToken
        )
        {
            LeaseDuration = request.LeaseDuration,
        };
        try
        {
            using RollScope context = request.Service is null ? new RollContext(scope, request) : new RollScope(scope, request);
            ServicePools? pools = request.Service is { } service ? new(context, service) : null;
            RollOpener opener = pools is null ? new ClaimRollOpener((RollContext)context) : new ServiceRollOpener(context, pools);
            if (await opener.OpenAsync(stop.Token) is not { } start)
                return Nothing(session, request, opener, scope.Now);
            await using RollStart held = start;
            RollLoop loop =
                pools is null ? new RollRun((RollContext)context, start)
                : start.ProgressLog.Record.Options.Strategy == PoolUpdateStrategy.BlueGreen ? new SecondPoolRoll(context, start, pools)
                : new FollowedRoll(context, start, pools);
            return await RunAsync(context, start, loop, stop.Token);
        }
        catch (Exception exception) when (ClusterOperation.Replacement(exception, session, request.Pool, cancellationToken) is { } known)
        {
            throw known;
        }
    }

    /// <summary>
    /// Resumes or ends an update: here, or by the process that holds it, if a renewal of its Lease shows that it is live. Returns that
    /// process's state.
    /// </summary>
    /// <exception cref="NodeManagerException">
    /// PoolUpdateNotFound, or an error of <see cref="RunAsync(NodeManagerSession, PoolUpdateRequest, IOperationObserver,
    /// CancellationToken)"/> except PoolUpdateConflict.
    /// </exception>
    public static async Task<PoolUpdateOutcome> ContinueAsync(
        NodeManagerSession session,
        PoolUpdateRequest request,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await RunAsync(session, request, observer, cancellationToken);
        }
        catch (NodeManagerException held) when (held.ErrorId == ErrorIds.PoolUpdateConflict)
        {
            PoolUpdatePlace place = new(request.Namespace, request.Service is null ? NodePoolProvider.Cluster : NodePoolProvider.Service);
            return new((await ReadAsync(session, place, [request.Pool], cancellationToken)).Single(), null);
        }
    }

    /// <summary>Updates by pool name.</summary>
    /// <param name="place">Without a namespace, a provider that cannot be read is left out.</param>
    /// <param name="pools">Names with wildcards; none: all.</param>
    /// <exception cref="NodeManagerException">PoolUpdateNotFound for a name without wildcards; or the server's refusal.</exception>
    public static Task<IReadOnlyList<NodePoolUpdate>> ReadAsync(
        NodeManagerSession session,
        PoolUpdatePlace place,
        IReadOnlyList<string> pools,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync<IReadOnlyList<NodePoolUpdate>>(
            session,
            pools.Count == 1 ? pools[0] : null,
            async (connection, token) =>
            {
                List<StoredRoll> rolls =
                [
                    .. (await ListAsync(connection, place, token)).OrderBy(static one => one.Record.Pool, StringComparer.Ordinal),
                ];
                if (
                    pools.FirstOrDefault(name => !NamePattern.IsWildcard(name) && !rolls.Exists(one => one.Record.Pool == name)) is
                    { } missing
                )
                    throw RollErrors.NotFound(missing, place.Namespaces, session.Cluster);
                NamePattern[] wanted = [.. pools.Select(static one => new NamePattern(one))];
                List<NodePoolUpdate> updates = [];
                foreach (
                    StoredRoll roll in rolls.Where(one =>
                        wanted.Length == 0 || Array.Exists(wanted, pattern => pattern.Matches(one.Record.Pool))
                    )
                )
                {
                    bool isHeld = !roll.State.IsOver && await IsHeldAsync(connection, roll, token);
                    updates.Add(
                        Map(
                            session,
                            roll.Namespace,
                            await LatestAsync(connection, roll, isHeld, token),
                            isHeld,
                            connection.Time.GetUtcNow()
                        )
                    );
                }

                return updates;
            },
            cancellationToken
        );

    /// <summary>Changes a running or paused update of any process: its holder observes the change within moments.</summary>
    /// <returns>The update, and whether a process holds it.</returns>
    /// <exception cref="NodeManagerException">
    /// PoolUpdateNotFound; PoolUpdateInvalid: it has ended, a limit is not valid, or several pools have the name; PoolUpdateUnsupported: a
    /// pool of a service does not offer it; or the server's refusal.
    /// </exception>
    public static Task<(NodePoolUpdate Update, bool IsHeld)> ChangeAsync(
        NodeManagerSession session,
        PoolUpdatePlace place,
        string pool,
        PoolUpdateChange change,
        bool dryRun,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            pool,
            async (connection, token) =>
            {
                StoredRoll roll = await FindAsync(session, connection, place, pool, token);
                bool mayReopen =
                    roll.State.Status == NodePoolUpdateStatus.Incomplete && (change.Stop || change.Rollback || change.Pause == false);
                if (roll.State.IsOver && !mayReopen)
                    throw new NodeManagerException(
                        ErrorIds.PoolUpdateInvalid,
                        ErrorKind.InvalidOperation,
                        $"The update of pool '{pool}' is over ({roll.State.Status}) and cannot be changed.",
                        pool,
                        "Start another update with Update-NodePool."
                    );
                if (ServiceRollLimits.Refuse(roll.Record, roll.State, change) is { } refused)
                    throw refused;
                var limits = PoolUpdateLimits.Of(roll.Record, roll.Control);
                if (!roll.Record.IsService)
                    SurgeLimit.Of(change.MaxSurge ?? limits.MaxSurge, change.MaxUnavailable ?? limits.MaxUnavailable, roll.Record.Desired);
                var patched = await connection.Client.PatchAsync(
                    Resources.ConfigMaps,
                    roll.Map.Metadata.Name,
                    roll.Namespace,
                    Patch.Merge(
                        new()
                        {
                            ["metadata"] = new JsonObject { ["uid"] = roll.Map.Metadata.Uid },
                            ["data"] = RollControl.DataOf(change, session.Who()),
                        }
                    ),
                    null,
                    new() { DryRun = dryRun },
                    token
                );
                StoredRoll changed = StoredRoll.Read(patched) ?? roll;
                bool isHeld = await IsHeldAsync(connection, roll, token);
                if (!dryRun)
                    changed = await LatestAsync(connection, changed, isHeld, token);
                return (Map(session, roll.Namespace, changed, isHeld, connection.Time.GetUtcNow()), isHeld);
            },
            cancellationToken
        );

    private static async Task<List<StoredRoll>> ListAsync(
        ClusterConnection connection,
        PoolUpdatePlace place,
        CancellationToken cancellationToken
    )
    {
        List<StoredRoll> rolls = [];
        KubernetesException? refused = null;
        int refusals = 0;
        foreach (string ns in place.Namespaces)
        {
            try
            {
                rolls.AddRange(
                    (
                        await connection.Client.ListAsync(
                            Resources.ConfigMaps,
                            new() { Namespace = ns, LabelSelector = RollLayout.Label },
                            cancellationToken
                        )
                    )
                        .Items.Select(StoredRoll.Read)
                        .OfType<StoredRoll>()
                        .Where(one => place.Has(one.Provider))
                );
            }
            catch (KubernetesException e) when (e.Code == HttpStatusCode.Forbidden)
            {
                refused = e;
                refusals++;
            }
        }

        // A user of pools of one provider needs no permissions for the other.
        if (refused is not null && refusals == place.Namespaces.Count)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(refused);
        return rolls;
    }

    private static async Task<StoredRoll> FindAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        PoolUpdatePlace place,
        string pool,
        CancellationToken cancellationToken
    )
    {
        List<StoredRoll> found = [];
        KubernetesException? refused = null;
        foreach (string ns in place.Namespaces)
        {
            foreach (
                string provider in new[] { NodePoolProvider.Cluster, NodePoolProvider.Service }.Where(one =>
                    place.Has(one) && (place.Namespace.Length > 0 || place.Namespaces.Count == 1 || ns == HomeOf(one))
                )
            )
            {
                try
                {
                    if (
                        await StoredRoll.FindAsync(connection, ns, pool, provider == NodePoolProvider.Service, cancellationToken) is
                        { } roll
                    )
                        found.Add(roll);
                }
                catch (KubernetesException e) when (e.Code == HttpStatusCode.Forbidden)
                {
                    refused = e;
                }
            }
        }

        if (found.Count == 0 && refused is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(refused);
        List<StoredRoll> open = found.FindAll(static one => !one.State.IsOver);
        return (open.Count > 0 ? open : found) switch
        {
            [var one] => one,
            [] => throw RollErrors.NotFound(pool, place.Namespaces, session.Cluster),
            _ => throw new NodeManagerException(
                ErrorIds.PoolUpdateInvalid,
                ErrorKind.InvalidArgument,
                $"A pool of the service and a NodeSmithPool are called '{pool}', and both have an update.",
                pool,
                "Use -Provider Service or -Provider Cluster."
            ),
        };
    }

    private static string HomeOf(string provider) => new PoolUpdatePlace(Provider: provider).Namespaces[0];

    private static async Task<PoolUpdateOutcome> RunAsync(
        RollScope context,
        RollStart start,
        RollLoop loop,
        CancellationToken cancellationToken
    )
    {
        RunScope scope = context.Scope;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, start.Lease.Lost);
        NodeManagerException? failure = null;
        try
        {
            await loop.RunAsync(stop.Token);
            failure = Judge(start.ProgressLog, context.Request.Intent);
        }
        catch (Exception exception)
        {
            if (start.Lease.Lost.IsCancellationRequested)
                failure = start.Lease.LossError();
            else if (!scope.IsStopping)
                failure =
                    exception as NodeManagerException
                    ?? Core.Errors.ErrorTranslator.Translate(exception, scope.Session.Cluster, scope.Session.Server, context.Request.Pool);
            if (failure is null && !scope.IsStopping)
                throw;
        }

        using CancellationTokenSource limit = CleanUpLimit.Start();
        try
        {
            if (!start.Lease.Lost.IsCancellationRequested)
            {
                await loop.RecordAsync(limit.Token);
                if (!start.ProgressLog.State.IsOver && !(scope.IsStopping && context.Request.Intent == PoolUpdateIntent.Continue))
                    await start.ProgressLog.SetAsync(static state => state with { Status = NodePoolUpdateStatus.Interrupted }, limit.Token);
                await start.Lease.ReleaseAsync(limit.Token);
            }
        }
        catch (Exception exception)
            when (exception is KubernetesException or OperationCanceledException or HttpRequestException or NodeManagerException)
        {
            scope.Observer.Verbose($"The end of the update of pool {context.Request.Pool} was not recorded: {exception.Message}");
        }

        NodePoolUpdate update = RollMapper.Map(
            scope.Session,
            context.Request.Namespace,
            start.ProgressLog.Record,
            start.ProgressLog.State,
            start.ProgressLog.All,
            context.ControlOf(start.ProgressLog.Record.Id),
            start.ProgressLog.State.IsOver,
            scope.Now
        );
        return new(update, failure);
    }

    private static NodeManagerException? Judge(RollProgressLog book, PoolUpdateIntent intent) =>
        book.State.Status switch
        {
            NodePoolUpdateStatus.Incomplete => new(
                ErrorIds.PoolUpdateIncomplete,
                ErrorKind.ResourceUnavailable,
                $"The update of pool '{book.Record.Pool}' ended without all nodes. {book.State.Message}",
                book.Record.Pool,
                book.Record.Options.Strategy == PoolUpdateStrategy.Follow
                    ? "Read what the service reports with Get-NodePoolStatus. Resume-NodePoolUpdate follows it again."
                    : "Remove what blocks the drains of the nodes, then use Resume-NodePoolUpdate. Nodes that were skipped are cordoned."
            ),
            // The caller gets the requested state.
            NodePoolUpdateStatus.RolledBack when intent != PoolUpdateIntent.End => new(
                ErrorIds.PoolUpdateRolledBack,
                ErrorKind.InvalidOperation,
                $"The update of pool '{book.Record.Pool}' was rolled back. {book.State.Message}",
                book.Record.Pool,
                $"Correct the pool's {(book.Record.IsService ? "specification" : "template")}, then use Update-NodePool again."
            ),
            _ => null,
        };

    private static PoolUpdateOutcome Nothing(
        NodeManagerSession session,
        PoolUpdateRequest request,
        RollOpener opener,
        DateTimeOffset now
    ) =>
        opener.Over is { } over
            ? new(Map(session, request.Namespace, over, false, now), null)
            : new(
                new()
                {
                    Session = session,
                    Cluster = session.Cluster,
                    Pool = request.Pool,
                    Namespace = request.Namespace,
                    Provider = request.Service is null ? NodePoolProvider.Cluster : NodePoolProvider.Service,
                    Status = NodePoolUpdateStatus.Completed,
                    Strategy = request.Options.Strategy.ToString(),
                    MaxSurge = request.Service is null ? request.Options.MaxSurge : "",
                    MaxUnavailable = request.Service is null ? request.Options.MaxUnavailable : "",
                    Desired = opener.UpToDate ?? 0,
                    Ready = opener.UpToDate ?? 0,
                    StartedAt = now,
                    EndedAt = now,
                    ObservedAt = now,
                    Message = "No node is outdated.",
                },
                null
            );

    // An update writes its end before it releases its Lease: one without a holder may have ended since it was read.
    private static async Task<StoredRoll> LatestAsync(
        ClusterConnection connection,
        StoredRoll roll,
        bool isHeld,
        CancellationToken cancellationToken
    ) =>
        isHeld || roll.State.IsOver
            ? roll
            : await StoredRoll.FindAsync(connection, roll.Namespace, roll.Record.Pool, roll.Record.IsService, cancellationToken) ?? roll;

    // By this machine's clock: good enough for display.
    private static async Task<bool> IsHeldAsync(ClusterConnection connection, StoredRoll roll, CancellationToken cancellationToken)
    {
        LeaseState lease = await RunLeaseReader.ReadAsync(
            connection,
            RollLayout.RunOf(roll.Record.Pool, roll.Record.IsService),
            roll.Namespace,
            cancellationToken
        );
        return lease.IsHeld && lease.Silence(connection.Time.GetUtcNow()) < 2 * lease.Duration;
    }

    private static NodePoolUpdate Map(NodeManagerSession session, string ns, StoredRoll roll, bool isHeld, DateTimeOffset now) =>
        RollMapper.Map(session, ns, roll.Record, roll.State, roll.Nodes, roll.Control, isHeld, now);
}

using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using NodeManager.Core.Autoscaling.Claims;
using NodeManager.Core.Autoscaling.Resources;
using NodeManager.Core.Maintenance.Rules;
using NodeManager.Core.Maintenance.State;
using NodeManager.Core.Rolling.Options;
using NodeManager.Core.Rolling.Rules;
using NodeManager.Core.Rolling.State;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Core.Rolling.Running;

/// <summary>Begins an update, or takes up the one that is not over: its lease first, then its record, then its mark on the pool.</summary>
internal sealed class RollOpener(RollContext context)
{
    private readonly MaintenanceScope _scope = context.Scope;

    /// <summary>The update where nothing is to be done: nothing was changed. Null: there is none.</summary>
    public StoredRoll? Over { get; private set; }

    /// <summary>The pool's claims, none of them outdated, where that is why nothing is to be done.</summary>
    public int? UpToDate { get; private set; }

    /// <summary>Null where nothing is to be done.</summary>
    public async Task<RollStart?> OpenAsync(CancellationToken cancellationToken)
    {
        await context.CatchUpAsync(cancellationToken);
        NodeSmithPool pool = context.Pool is { Metadata.DeletionTimestamp: null } found ? found
            : throw RollErrors.PoolNotFound(context.Request.Pool, context.Request.Namespace, _scope.Session.Cluster);
        string run = RollLayout.RunOf(context.Request.Pool), by = _scope.Session.Who();
        string holder = $"{by}/{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(4, true)}";
        RunLease lease = new(_scope, run, holder, RollLayout.Label);
        _scope.Lost = lease.Lost;
        RunShard page = new(_scope, run, 0, holder, RollLayout.Label);
        try
        {
            await lease.TakeAsync(
                sign => _scope.Observer.Verbose($"The update of pool {context.Request.Pool} is held by {sign.Holder}; waiting up to {sign.Duration.TotalSeconds:0} s for a renewal of its lease."),
                cancellationToken);
            RollBook? book = await OpenAsync(pool, page, holder, by, cancellationToken);
            if (book is not null) return new(book, lease, page, new(_scope, run, holder));
            await lease.ReleaseAsync(cancellationToken);
        }
        catch
        {
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(2), _scope.Time);
            await lease.ReleaseAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await lease.DisposeAsync();
            page.Dispose();
            throw;
        }

        await lease.DisposeAsync();
        page.Dispose();
        return null;
    }

    private async Task<RollBook?> OpenAsync(NodeSmithPool pool, RunShard page, string holder, string by, CancellationToken cancellationToken)
    {
        StoredRoll? stored = await StoredRoll.FindAsync(_scope.Connection, context.Request.Namespace, context.Request.Pool, cancellationToken);
        // An update of another pool that had the name.
        if (stored is not null && stored.Record.PoolUid != pool.Metadata.Uid) stored = null;
        if (context.Request.Intent != PoolUpdateIntent.Update && stored is null)
            throw RollErrors.NotFound(context.Request.Pool, context.Request.Namespace, _scope.Session.Cluster);
        bool isOver = stored?.State.IsOver == true, isReopened = isOver && context.Request.Intent != PoolUpdateIntent.Update && stored!.State.Status == NodePoolUpdateStatus.Incomplete;
        if (isOver && !isReopened && context.Request.Intent != PoolUpdateIntent.Update)
        {
            Over = stored;
            return null;
        }

        return stored is not null && (!isOver || isReopened) ? await ContinueAsync(pool, stored, page, holder, isReopened, cancellationToken)
            : await BeginAsync(pool, page, holder, by, cancellationToken);
    }

    private async Task<RollBook> ContinueAsync(NodeSmithPool pool, StoredRoll stored, RunShard page, string holder, bool isReopened, CancellationToken cancellationToken)
    {
        RollState state = stored.State with { Status = NodePoolUpdateStatus.Running, Holder = holder, EndedAt = null, UnhealthySince = null, At = _scope.Now };
        Dictionary<string, string> data = new() { [RollLayout.StateKey] = RollBook.TextOf(state) };
        if (context.Request.Intent == PoolUpdateIntent.Resume) data[RollControl.PausedKey] = "";
        // Whatever the former holder still sends conflicts from here on.
        ConfigMap taken = await page.TakeOverAsync(stored.Map, data, cancellationToken);
        StoredRoll now = StoredRoll.Read(taken) ?? stored;
        var book = new RollBook(_scope, page, now.Record, state, now.Nodes);
        if (isReopened || context.Request.Intent == PoolUpdateIntent.Resume)
        {
            foreach (RollNode node in book.All.Where(static one => one.Status == NodePoolUpdateNodeStatus.Skipped))
                await book.UpdateAsync(node.Uid, static one => one with { Status = NodePoolUpdateNodeStatus.Pending, Attempts = 0 }, cancellationToken);
        }

        _scope.Observer.Verbose($"Continuing the update of pool {context.Request.Pool} that {now.Record.By} began at {now.Record.At:u}.");
        if (context.Request.Intent == PoolUpdateIntent.Update && now.Control.PausedBy.Length > 0)
            _scope.Observer.Warning($"The update of pool {context.Request.Pool} is paused ({now.Control.PausedBy}). Resume-NodePoolUpdate {context.Request.Pool} continues it.");
        await MarkAsync(pool, cancellationToken);
        return book;
    }

    private async Task<RollBook?> BeginAsync(NodeSmithPool pool, RunShard page, string holder, string by, CancellationToken cancellationToken)
    {
        List<NodeSmithClaim> claims = [.. context.Claims.Where(static one => one.Metadata.DeletionTimestamp is null && !ClaimAttempts.HasFailed(one))];
        List<RollNode> nodes = Outdated(context, pool, claims, context.Request.Options.All);
        if (nodes.Count == 0)
        {
            UpToDate = claims.Count;
            return null;
        }

        RollRecord record = new()
        {
            Id = $"{_scope.Now.UtcDateTime:yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(4, true)}",
            Pool = context.Request.Pool,
            PoolUid = pool.Metadata.Uid!,
            By = by,
            At = _scope.Now,
            Desired = claims.Count,
            Options = context.Request.Options,
            From = Former(claims, nodes),
            To = ClaimTemplate.Of(pool).ToJson(),
        };
        RollState state = new() { Holder = holder, At = _scope.Now };
        var book = new RollBook(_scope, page, record, state, nodes);
        CheckRoom(pool, record, nodes.Count, book);
        await DeleteAsync(cancellationToken);
        await page.CreateAsync(RollBook.Data(record, state, nodes), cancellationToken);
        await MarkAsync(pool, cancellationToken);
        return book;
    }

    /// <summary>Machines that differ from what the pool would make now, or all; nodes that are not Ready first.</summary>
    public static List<RollNode> Outdated(RollContext context, NodeSmithPool pool, IReadOnlyList<NodeSmithClaim> claims, bool all)
    {
        var outdated = claims.Select(claim => (Claim: claim, Node: context.NodeOf(claim), Reasons: (IReadOnlyList<string>)TemplateDrift.Of(pool, claim, context.NodeOf(claim))))
            .Where(one => all || one.Reasons.Count > 0).OrderBy(static one => one.Node?.IsReady() == true);
        return
        [
            .. outdated.Select((one, index) => new RollNode
            {
                Index = index,
                Claim = one.Claim.Metadata.Name,
                Uid = one.Claim.Metadata.Uid!,
                Node = one.Node?.Metadata.Name ?? "",
                NodeUid = one.Node?.Metadata.Uid ?? "",
                Size = RollSize.Of(one.Claim, pool),
                Reasons = one.Reasons.Count > 0 ? one.Reasons : ["every node is replaced"],
            }),
        ];
    }

    // With a surge the pool's limits have to leave room for it.
    private void CheckRoom(NodeSmithPool pool, RollRecord record, int outdated, RollBook book)
    {
        PoolUpdateOptions options = record.Options;
        SurgeLimit limit = SurgeLimit.Of(options.MaxSurge, options.MaxUnavailable, record.Desired);
        int needed = options.Strategy == PoolUpdateStrategy.BlueGreen ? outdated : limit.Unavailable == 0 ? 1 : 0;
        if (needed == 0 || new RollMachines(context, book).Room(pool, needed) >= needed) return;
        throw new NodeManagerException(
            ErrorIds.PoolUpdateInvalid, ErrorKind.LimitsExceeded,
            $"The limits of NodeSmithPool {context.Request.Namespace}/{context.Request.Pool} leave no room for {(needed == 1 ? "another machine" : $"{needed} more machines")}.", context.Request.Pool,
            options.Strategy == PoolUpdateStrategy.BlueGreen ? "Raise spec.limits for the update, or use -Strategy Surge." : "Raise spec.limits for the update, or use -MaxSurge 0 -MaxUnavailable 1: then pods may move more than once.");
    }

    // That of most of the machines that are replaced. Where one is not known the way back is not either.
    private static string? Former(IReadOnlyList<NodeSmithClaim> claims, List<RollNode> nodes)
    {
        HashSet<string> uids = [.. nodes.Select(static one => one.Uid)];
        List<string?> templates = [.. claims.Where(one => uids.Contains(one.Metadata.Uid!)).Select(static one => ClaimTemplate.Of(one)?.ToJson())];
        return templates.GroupBy(static one => one).OrderByDescending(static one => one.Count()).First().Key;
    }

    private async Task DeleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _scope.Client.DeleteAsync(KubernetesResources.ConfigMaps, RollLayout.NameOf(context.Request.Pool), context.Request.Namespace, new(), cancellationToken);
        }
        catch (KubernetesException e) when (e.Code == HttpStatusCode.NotFound)
        {
            // There was none.
        }
    }

    // From here on the autoscaler leaves the pool's nodes alone.
    private async Task MarkAsync(NodeSmithPool pool, CancellationToken cancellationToken) => context.Admit(await _scope.Client.PatchAsync(
        NodeSmithResources.Pools, pool.Metadata.Name, pool.Metadata.Namespace,
        Patch.Merge(new()
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = pool.Metadata.Uid,
                ["annotations"] = new JsonObject { [NodeSmithNames.UpdateAnnotation] = $"{context.Request.Namespace}/{RollLayout.NameOf(context.Request.Pool)}" },
            },
        }),
        null, RequestOptions.Default, cancellationToken));
}

using System.Net;
using System.Security.Cryptography;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.NodePools.Updates.Options;
using NodeManager.Runs;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.NodePools.Updates.Execution;

/// <summary>Starts an update, or resumes an unfinished one: takes its Lease first, then its record, then marks the pool.</summary>
internal abstract class RollOpener(RollScope context)
{
    /// <summary>The completed update, if nothing is to be done and nothing was changed; null: none.</summary>
    public StoredRoll? Over { get; private set; }

    /// <summary>The number of the pool's nodes if none of them is outdated.</summary>
    public int? UpToDate { get; protected set; }

    protected RunScope Scope { get; } = context.Scope;

    protected bool IsService { get; } = context.Request.Service is not null;

    /// <summary>Null if nothing is to be done.</summary>
    public async Task<RollStart?> OpenAsync(CancellationToken cancellationToken)
    {
        await context.CatchUpAsync(cancellationToken);
        string uid = await FindAsync(cancellationToken);
        string run = RollLayout.RunOf(context.Request.Pool, IsService),
            by = Scope.Session.Who();
        string holder = Scope.Session.NewHolder();
        RunLease lease = new(Scope, run, holder, RollLayout.Label);
        Scope.Lost = lease.Lost;
        RunShard page = new(Scope, run, 0, holder, RollLayout.Label);
        try
        {
            await TakeAsync(lease, cancellationToken);
            RollProgressLog? book = await OpenAsync(uid, page, holder, by, cancellationToken);
            if (book is not null)
                return new(book, lease, page, new(Scope, run, holder));
            await lease.ReleaseAsync(cancellationToken);
        }
        catch
        {
            using CancellationTokenSource limit = CleanUpLimit.Start();
            await lease.ReleaseAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await lease.DisposeAsync();
            page.Dispose();
            throw;
        }

        await lease.DisposeAsync();
        page.Dispose();
        return null;
    }

    // The namespace of a NodeSmithPool exists; that of a service's pools may be missing until the first update.
    private async Task TakeAsync(RunLease lease, CancellationToken cancellationToken)
    {
        Task Take() =>
            lease.TakeAsync(
                sign =>
                    Scope.Observer.Verbose(
                        $"The update of pool {context.Request.Pool} is held by {sign.Holder}; waiting up to {sign.Duration.TotalSeconds:0} s for a renewal of its lease."
                    ),
                cancellationToken
            );
        try
        {
            await (context.Request.Intent == PoolUpdateIntent.Update ? RunNamespace.EnsureAsync(Scope, Take, cancellationToken) : Take());
        }
        catch (KubernetesException none) when (none.Code == HttpStatusCode.NotFound && none.Status?.Details?.Kind == "namespaces")
        {
            throw RollErrors.NotFound(context.Request.Pool, [context.Request.Namespace], Scope.Session.Cluster);
        }
    }

    /// <summary>The pool's UID, or the service's id of it.</summary>
    /// <exception cref="NodeManagerException">NodePoolNotFound.</exception>
    protected abstract Task<string> FindAsync(CancellationToken cancellationToken);

    /// <summary>A new update; null: nothing to do.</summary>
    protected abstract Task<(RollRecord Record, RollState State, IReadOnlyList<RollNode> Nodes)?> PlanAsync(
        string by,
        CancellationToken cancellationToken
    );

    /// <summary>Adds request data that is not stored to a stored record.</summary>
    protected virtual RollRecord Recall(RollRecord record) => record;

    /// <summary>Refuses what is not possible, before any write.</summary>
    protected virtual void Check(RollProgressLog book, int nodes) { }

    protected virtual Task MarkAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<RollProgressLog?> OpenAsync(string uid, RunShard page, string holder, string by, CancellationToken cancellationToken)
    {
        StoredRoll? stored = await StoredRoll.FindAsync(
            Scope.Connection,
            context.Request.Namespace,
            context.Request.Pool,
            IsService,
            cancellationToken
        );
        // An update of an earlier pool of the name.
        if (stored is not null && uid.Length > 0 && stored.Record.PoolUid != uid)
            stored = null;
        if (context.Request.Intent != PoolUpdateIntent.Update && stored is null)
            throw RollErrors.NotFound(context.Request.Pool, [context.Request.Namespace], Scope.Session.Cluster);
        bool isOver = stored?.State.IsOver == true,
            isReopened =
                isOver
                && context.Request.Intent is PoolUpdateIntent.Resume or PoolUpdateIntent.End
                && stored!.State.Status == NodePoolUpdateStatus.Incomplete;
        if (isOver && !isReopened && context.Request.Intent != PoolUpdateIntent.Update)
        {
            Over = stored;
            return null;
        }

        return stored is not null && (!isOver || isReopened)
            ? await ContinueAsync(stored, page, holder, isReopened, cancellationToken)
            : await BeginAsync(page, holder, by, cancellationToken);
    }

    private async Task<RollProgressLog> ContinueAsync(
        StoredRoll stored,
        RunShard page,
        string holder,
        bool isReopened,
        CancellationToken cancellationToken
    )
    {
        RollState state = stored.State with
        {
            Status = NodePoolUpdateStatus.Running,
            Holder = holder,
            EndedAt = null,
            UnhealthySince = null,
            At = Scope.Now,
        };
        Dictionary<string, string> data = new() { [RollLayout.StateKey] = RollProgressLog.TextOf(state) };
        if (context.Request.Intent == PoolUpdateIntent.Resume)
            data[RollControl.PausedKey] = "";
        // From here on, writes of the previous holder conflict.
        ConfigMap taken = await page.TakeOverAsync(stored.Map, data, cancellationToken);
        StoredRoll now = StoredRoll.Read(taken) ?? stored;
        var book = new RollProgressLog(Scope, page, Recall(now.Record), state, now.Nodes);
        if (isReopened || context.Request.Intent == PoolUpdateIntent.Resume)
        {
            foreach (RollNode node in book.All.Where(static one => one.Status == NodePoolUpdateNodeStatus.Skipped))
                await book.UpdateAsync(
                    node.Uid,
                    static one => one with { Status = NodePoolUpdateNodeStatus.Pending, Attempts = 0 },
                    cancellationToken
                );
        }

        Scope.Observer.Verbose($"Continuing the update of pool {context.Request.Pool} that {now.Record.By} began at {now.Record.At:u}.");
        if (context.Request.Intent == PoolUpdateIntent.Update && now.Control.PausedBy.Length > 0)
            Scope.Observer.Warning(
                $"The update of pool {context.Request.Pool} is paused ({now.Control.PausedBy}). It starts nothing until it is resumed."
            );
        await MarkAsync(cancellationToken);
        return book;
    }

    private async Task<RollProgressLog?> BeginAsync(RunShard page, string holder, string by, CancellationToken cancellationToken)
    {
        if (await PlanAsync(by, cancellationToken) is not var (record, state, nodes))
            return null;
        state = state with { Holder = holder, At = Scope.Now };
        var book = new RollProgressLog(Scope, page, record, state, nodes);
        Check(book, nodes.Count);
        await DeleteAsync(cancellationToken);
        await page.CreateAsync(RollProgressLog.Data(record, state, nodes), cancellationToken);
        await MarkAsync(cancellationToken);
        return book;
    }

    /// <summary>A unique id for this update.</summary>
    protected string NewId() => $"{Scope.Now.UtcDateTime:yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(4, true)}";

    private Task<bool> DeleteAsync(CancellationToken cancellationToken) =>
        Scope.Client.RemoveAsync(
            KubernetesResources.ConfigMaps,
            RollLayout.NameOf(context.Request.Pool, IsService),
            context.Request.Namespace,
            new(),
            cancellationToken
        );
}

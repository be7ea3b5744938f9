using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Transport;
using NodeManager.NodePools.Documents;

namespace NodeManager.NodePools.Operations;

/// <summary>
/// Changes pools: reads, merges, compares and writes. A service replaces the whole specification without a precondition, so the pool is
/// read back: another client's write between comparison and write shows in the generation. A cluster takes the resourceVersion as a
/// precondition; after a conflict the change is rebuilt from the current pool.
/// </summary>
public static class PoolEditor
{
    private const int MaximumTries = 5;

    private static readonly RetryPolicy Lost = new() { FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(1) };

    /// <summary>The planned write. Refuses what <see cref="ApplyAsync"/> refuses before it writes.</summary>
    public static Task<PoolEditPlan> PlanAsync(
        PoolContext context,
        PoolTarget target,
        PoolEdit edit,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            context.Session,
            target.Text,
            async (_, token) => Merge(context, await ReadAsync(context, target, token), edit, observer),
            cancellationToken
        );

    /// <summary>Applies the change. An unchanged pool is not written.</summary>
    /// <returns>The pool as read back.</returns>
    /// <exception cref="NodeManagerException">
    /// NodePoolNotFound, NodePoolAmbiguous, NodePoolInvalid, NodePoolFieldUnsupported, Conflict, or the provider's refusal.
    /// </exception>
    public static async Task<NodePool> ApplyAsync(
        PoolContext context,
        PoolTarget target,
        PoolEdit edit,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) => context.Map(await ApplyRecordAsync(context, target, edit, observer, cancellationToken), context.Session.Time().GetUtcNow());

    /// <summary>As above, with the provider's record.</summary>
    /// <exception cref="NodeManagerException">As <see cref="ApplyAsync"/>.</exception>
    public static Task<PoolRecord> ApplyRecordAsync(
        PoolContext context,
        PoolTarget target,
        PoolEdit edit,
        IOperationObserver observer,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            context.Session,
            target.Text,
            (connection, token) => WriteAsync(context, connection, target, edit, observer, token),
            cancellationToken
        );

    /// <summary>
    /// Deletes a pool. A pool that is missing at the start is an error. If it is gone later, an earlier try deleted it: .NET also repeats a
    /// request whose connection was closed, and reports only the second answer.
    /// </summary>
    /// <exception cref="NodeManagerException">Conflict: the pool has another generation than the target names.</exception>
    public static Task DeleteAsync(PoolContext context, PoolTarget target, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(
            context.Session,
            target.Text,
            async (_, token) =>
            {
                string id = (await ReadAsync(context, target, token)).Id;
                try
                {
                    await context.Provider.DeleteAsync(id, token);
                    return true;
                }
                catch (NodeManagerException gone) when (gone.ErrorId == ErrorIds.NodePoolNotFound)
                {
                    return true;
                }
                catch (PoolAnswerLostException lost)
                {
                    throw lost.Error;
                }
            },
            cancellationToken
        );

    private static async Task<PoolRecord> WriteAsync(
        PoolContext context,
        ClusterConnection connection,
        PoolTarget target,
        PoolEdit edit,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        for (int tries = 1; ; tries++)
        {
            PoolRecord before = await ReadAsync(context, target, cancellationToken);
            PoolEditPlan merged = Merge(context, before, edit, tries == 1 ? observer : NullObserver.Instance);
            if (merged.Changes.Count == 0)
                return before;
            try
            {
                PoolRecord written = await context.Provider.ReplaceAsync(before, merged.Name, merged.Spec, cancellationToken);
                if (!context.Provider.HasPreconditions && written.Generation > before.Generation + 1)
                {
                    observer.Warning(
                        $"Another client changed node pool '{before.Name}' while it was being changed (generation {before.Generation} read, {written.Generation} written). "
                            + "Its change may have been overwritten; compare the pool with what that client intended."
                    );
                }

                return await ReadBackAsync(context, merged, written, observer, cancellationToken);
            }
            // A caller without a generation means the current pool, whatever its provider compares.
            catch (NodeManagerException changed)
                when (changed.ErrorId == ErrorIds.Conflict
                    && (context.Provider.HasPreconditions || target.Generation is null)
                    && tries < MaximumTries
                )
            {
                await connection.Time.DelayAsync(RetryPolicy.Conflicts.PauseAfter(tries), cancellationToken);
                // The answer to an earlier try may have been lost.
                PoolRecord now = await context.Provider.GetAsync(before.Id, cancellationToken);
                if (now.Generation == before.Generation + 1 && PoolMerge.Contains(now.Spec, merged.Spec))
                    return now;
                // Otherwise the caller's generation is compared again.
            }
            catch (PoolAnswerLostException lost)
            {
                if (tries >= MaximumTries)
                    throw lost.Error;
                await connection.Time.DelayAsync(Lost.PauseAfter(tries), cancellationToken);
                PoolRecord now = await context.Provider.GetAsync(before.Id, cancellationToken);
                if (now.Generation == before.Generation + 1 && now.Name == merged.Name && PoolMerge.Contains(now.Spec, merged.Spec))
                    return now;
                if (target.Generation is { } seen && now.Generation != before.Generation)
                    throw PoolErrors.Changed(now, seen);
                // Its name may have been changed.
                target = target with
                {
                    Id = before.Id,
                };
            }
        }
    }

    private static async Task<PoolRecord> ReadAsync(PoolContext context, PoolTarget target, CancellationToken cancellationToken)
    {
        PoolRecord pool = await target.FindAsync(context, cancellationToken);
        return target.Generation is { } seen && seen != pool.Generation ? throw PoolErrors.Changed(pool, seen) : pool;
    }

    private static async Task<PoolRecord> ReadBackAsync(
        PoolContext context,
        PoolEditPlan merged,
        PoolRecord written,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        PoolRecord after = context.Provider.HasPreconditions ? written : await context.Provider.GetAsync(written.Id, cancellationToken);
        if (after.Name == merged.Name && PoolMerge.Contains(after.Spec, merged.Spec))
            return after;
        if (after.Generation > written.Generation)
            throw PoolErrors.Overwritten(after);
        foreach (NodeFieldChange ignored in PoolMerge.Differences(after.Spec, merged.Spec))
            if (ignored.After is { Length: > 0 })
                observer.Warning(
                    $"Node pool '{after.Name}': the {(context.Provider.Name == NodePoolProvider.Cluster ? "server" : "service")} did not store {ignored.Field} ({ignored.After})."
                );
        return after;
    }

    private static PoolEditPlan Merge(PoolContext context, PoolRecord pool, PoolEdit edit, IOperationObserver observer)
    {
        IPoolFormat format = context.Provider.Format;
        JsonObject patch = edit.Patch(pool.Spec);
        string name = edit.NewName ?? pool.Name;
        if (name != pool.Name && !context.Provider.CanRename)
            throw PoolErrors.CannotRename(pool);
        JsonObject spec = PoolMerge.Apply(pool.Spec, patch);
        // A pool may already violate the rules; that must not prevent changes.
        IReadOnlyList<NodePoolFinding> findings = format.Check(name, spec),
            known = format.Check(pool.Name, pool.Spec);
        NodePoolFinding[] fresh = [.. findings.Where(one => !known.Any(other => other.Field == one.Field && other.Message == one.Message))];
        if (fresh.Where(static one => one.Severity == NodePoolFinding.Error).ToList() is { Count: > 0 } errors)
            throw PoolErrors.Invalid(name, errors);
        PoolCreator.RequireKnown(context, name, patch);
        foreach (NodePoolFinding warning in fresh)
            observer.Warning($"Node pool '{name}': {warning.Field} {warning.Message}.");
        List<NodeFieldChange> changes = [.. PoolMerge.Differences(pool.Spec, spec)];
        if (name != pool.Name)
            changes.Insert(
                0,
                new()
                {
                    Field = "name",
                    Before = pool.Name,
                    After = name,
                }
            );
        return new(pool, name, spec, changes);
    }
}

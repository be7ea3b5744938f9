using NodeManager.Autoscaling.Claims;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Controllers.Queueing;

namespace NodeManager.Autoscaling.Pools;

/// <summary>Holds a pool while it has claims, deletes its claims with it, removes failed ones, and writes its status.</summary>
internal sealed class PoolReconciler(AutoscalerScope scope, ClaimCreator creator, Func<NodeSmithClaim, Node?> nodeOf)
{
    /// <summary>How long a failed claim counts, so that a failure is not repeated immediately.</summary>
    public static readonly TimeSpan FailedPause = TimeSpan.FromMinutes(5);

    private readonly ObservedTimes _seen = new(scope.Time);

    public async Task<ReconcileResult> ReconcileAsync(ReconcileKey key, CancellationToken cancellationToken)
    {
        if (scope.Pools.Find(key.Namespace, key.Name) is not { } pool)
            return ReconcileResult.Done;
        IReadOnlyList<NodeSmithClaim> claims = scope.Claims.FindAll(AutoscalerIndexes.ByPool, pool.Metadata.Name);
        bool isHeld = NodeSmithWriter<NodeSmithPool, NodeSmithPoolSpec, NodeSmithPoolStatus>.IsHeld(pool);
        if (pool.Metadata.DeletionTimestamp is not null)
        {
            if (!isHeld)
                return ReconcileResult.Done;
            if (claims.Count == 0)
                claims = [.. (await creator.ListAsync(cancellationToken)).Where(one => one.Spec.PoolRef == pool.Metadata.Name)];
            if (claims.Count == 0)
            {
                await scope.PoolWriter.ReleaseAsync(pool, cancellationToken);
                scope.Decisions.Record(pool.Metadata.Name, "pool", "Removed", "It was deleted and has no claims left.");
                return ReconcileResult.Done;
            }

            foreach (NodeSmithClaim claim in claims.Where(static one => one.Metadata.DeletionTimestamp is null))
                await creator.RemoveAsync(
                    pool,
                    claim,
                    $"{AutoscalerReason.PoolDeleted}: NodeSmithPool {pool.Metadata.Name} was deleted.",
                    keepMinimum: false,
                    cancellationToken
                );
        }
        else if (!isHeld)
        {
            pool = await scope.PoolWriter.AddFinalizerAsync(pool, cancellationToken);
        }

        TimeSpan? next = await RemoveFailedAsync(pool, claims, cancellationToken);
        await WriteAsync(pool, claims, cancellationToken);
        return next is { } after && after < scope.Options.ResyncInterval
            ? ReconcileResult.RequeueAfter(after)
            : ReconcileResult.RequeueAfter(scope.Options.ResyncInterval);
    }

    // Returns the time until the next removal.
    private async Task<TimeSpan?> RemoveFailedAsync(
        NodeSmithPool pool,
        IReadOnlyList<NodeSmithClaim> claims,
        CancellationToken cancellationToken
    )
    {
        TimeSpan? next = null;
        foreach (NodeSmithClaim claim in claims.Where(static one => one.Metadata.DeletionTimestamp is null))
        {
            if (claim.Status?.Conditions.Find(NodeSmithConditions.Failed) is not { Status: "True" } failed)
                continue;
            TimeSpan remaining = FailedPause - _seen.Elapsed(claim.Metadata.Uid!, NodeSmithConditions.Failed, failed.LastTransitionTime);
            if (remaining <= TimeSpan.Zero)
                await creator.RemoveAsync(pool, claim, $"Failed: {failed.Message}", keepMinimum: false, cancellationToken);
            else if (next is null || remaining < next)
                next = remaining;
        }

        return next;
    }

    private async Task WriteAsync(NodeSmithPool pool, IReadOnlyList<NodeSmithClaim> claims, CancellationToken cancellationToken)
    {
        var use = PoolUse.Of(pool, scope.Providers.Find(pool.Metadata.Namespace, pool.Spec.ProviderRef), claims, nodeOf);
        int ready = claims.Count(static one =>
            one.Metadata.DeletionTimestamp is null && one.Status?.Conditions.IsTrue(NodeSmithConditions.Ready) == true
        );
        int registered = claims.Count(one => nodeOf(one) is not null);
        int inFlight = claims.Count(one =>
            one.Metadata.DeletionTimestamp is null
            && !ClaimAttempts.HasFailed(one)
            && one.Status?.Conditions.IsTrue(NodeSmithConditions.Initialized) != true
        );
        int leaving = claims.Count(static one => one.Metadata.DeletionTimestamp is not null);
        NodeSmithClaim? failed = claims.FirstOrDefault(ClaimAttempts.HasFailed);
        (string available, string reason, string message) = JudgeAvailable(pool);
        await scope.PoolWriter.WriteStatusAsync(
            pool,
            status =>
            {
                status.Nodes = registered;
                status.ReadyNodes = ready;
                status.Claims = claims.Count;
                status.Resources = new() { CpuMillicores = use.CpuMillicores, MemoryMiB = use.MemoryBytes >> 20 };
                status.ObservedGeneration = pool.Metadata.Generation;
                Set(NodeSmithConditions.Available, available, reason, message);
                bool isMoving = inFlight + leaving > 0;
                Set(
                    NodeSmithConditions.Progressing,
                    isMoving ? "True" : "False",
                    isMoving ? "Scaling" : "Settled",
                    isMoving ? $"{inFlight} claims are not initialized yet, {leaving} are being removed." : "All claims are initialized."
                );
                Set(
                    NodeSmithConditions.Degraded,
                    failed is null ? "False" : "True",
                    failed is null ? "Healthy" : "ClaimFailed",
                    failed is null
                        ? "No claim has failed."
                        : $"NodeSmithClaim {failed.Metadata.Name} has failed: {failed.Status!.Conditions.Find(NodeSmithConditions.Failed)!.Message}"
                );

                (bool isAsPlanned, string seen) = JudgeMachines(pool);
                Set(
                    NodeSmithConditions.MachinesAsPlanned,
                    isAsPlanned ? "True" : "False",
                    isAsPlanned ? "AsPlanned" : AutoscalerReason.NotAsPlanned,
                    seen
                );

                void Set(string type, string state, string why, string text) =>
                    status.Conditions = status.Conditions.With(type, state, why, text, scope.Now, pool.Metadata.Generation);
            },
            cancellationToken
        );
    }

    private (bool IsAsPlanned, string Message) JudgeMachines(NodeSmithPool pool)
    {
        PoolObservations observed = PoolObservations.Of(pool, scope.Providers.Find(pool.Metadata.Namespace, pool.Spec.ProviderRef));
        return observed.Attempts.Count == 0
            ? (true, "Every machine took the pods that it was created for.")
            : (
                false,
                $"{observed.Attempts.MaxBy(static one => one.At)!.Message} No further machine is created for such pods until their specification, the machineTemplate or the provider changes."
            );
    }

    private (string Status, string Reason, string Message) JudgeAvailable(NodeSmithPool pool)
    {
        if (pool.Metadata.DeletionTimestamp is not null)
            return ("False", "Deleting", "The pool is being deleted; its claims are drained and removed.");
        if (NodeSmithRules.Check(pool) is { Count: > 0 } problems)
            return ("False", "Invalid", string.Join("; ", problems));
        // What a new pool needs may be created, or observed, after it. The next resync decides.
        bool isNew =
            _seen.Elapsed(pool.Metadata.Uid!, "Created", pool.Metadata.CreationTimestamp ?? scope.Now) < scope.Options.ResyncInterval;
        string missed = isNew ? "Unknown" : "False";
        if (!ScaleInputs.IsManaged(scope, pool.Metadata.Name))
            return (missed, "NotManaged", "No NodeSmithControlPlane names the pool.");
        return scope.Providers.Find(pool.Metadata.Namespace, pool.Spec.ProviderRef) is not { } provider
                ? (missed, NodeProviderReason.ProviderNotFound, $"NodeSmithProvider {pool.Spec.ProviderRef} does not exist.")
            : provider.Status?.Conditions.Find(NodeSmithConditions.Available) is { Status: "False" } missing
                ? ("False", missing.Reason, $"NodeSmithProvider {pool.Spec.ProviderRef} is not available: {missing.Message}")
            : ("True", "Available", $"NodeSmithProvider {pool.Spec.ProviderRef} is available.");
    }
}

using NodeManager.Controllers.Queueing;

namespace NodeManager.Autoscaling.Claims;

/// <summary>Gives up an attempt: its machine is deleted before the next one is created.</summary>
internal sealed class AttemptCloser(ClaimWork work, MachineRemover remover)
{
    /// <param name="pool">Null: it was deleted.</param>
    /// <param name="isFinal">True if another attempt cannot succeed.</param>
    public async Task<ReconcileResult> CloseAsync(
        NodeSmithClaim claim,
        NodeSmithPool? pool,
        string reason,
        string message,
        bool isFinal,
        CancellationToken cancellationToken
    )
    {
        if (work.Leases.Remaining(claim) is { } held)
            return ReconcileResult.RequeueAfter(held);
        string uid = claim.Metadata.Uid!;
        int attempt = claim.Status?.LaunchAttempts ?? 0;
        // Refused if the claim has changed: it may have its node by now.
        claim = await work.Scope.ClaimWriter.WriteStatusAsync(
            claim,
            status => status.Lease = work.Leases.Take(status.Lease, ClaimLeases.Replacing),
            cancellationToken
        );
        if (await remover.RemoveAsync(claim, pool, cancellationToken) is { } obstacle)
        {
            return obstacle.Message.Length == 0
                ? ReconcileResult.RequeueAfter(obstacle.After)
                : await StallAsync(claim, obstacle, message, cancellationToken);
        }

        bool hasFailed = isFinal || attempt >= ClaimAttempts.MaximumAttempts;
        NodeSmithClaim? written = await work.Scope.ClaimWriter.KeepStatusAsync(
            work.Scope.Claims.Find(uid) ?? claim,
            now => now.Status?.LaunchAttempts == attempt,
            status =>
            {
                status.ProviderID = null;
                status.MachineCreated = null;
                status.Capacity = null;
                status.Zone = null;
                status.NodeName = null;
                status.Lease = null;
                work.Conditions(claim).Reset(status, reason, message);
                if (hasFailed)
                    work.Conditions(claim).Set(status, NodeSmithConditions.Failed, "True", reason, message);
            },
            cancellationToken
        );
        if (written is null)
            return ReconcileResult.Done;
        work.Backoff.Succeeded(uid);
        work.Record(claim, hasFailed ? "Fail" : "Retry", message);
        await work.Scope.RecordEventAsync(claim, "Warning", hasFailed ? "Failed" : reason, message, cancellationToken);
        return ReconcileResult.Done;
    }

    private Task<ReconcileResult> StallAsync(
        NodeSmithClaim claim,
        MachineObstacle obstacle,
        string message,
        CancellationToken cancellationToken
    )
    {
        // The first incomplete step, so that completed ones stay true.
        string step =
            string.IsNullOrEmpty(claim.Status?.ProviderID) ? NodeSmithConditions.Launched
            : claim.Status.Conditions.IsTrue(NodeSmithConditions.Registered) ? NodeSmithConditions.Initialized
            : NodeSmithConditions.Registered;
        return work.StallAsync(
            work.Scope.Claims.Find(claim.Metadata.Uid!) ?? claim,
            step,
            step == NodeSmithConditions.Launched ? "Unknown" : "False",
            obstacle.Reason,
            $"{message} {obstacle.Message}",
            obstacle.After,
            cancellationToken
        );
    }
}

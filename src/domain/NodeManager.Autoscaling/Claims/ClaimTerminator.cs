using NodeManager.Controllers.Queueing;
using NodeManager.Core.Nodes.Locks;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Drains;
using NodeManager.Kubernetes.Timing;
using NodeManager.Scheduling;

namespace NodeManager.Autoscaling.Claims;

/// <summary>Ends a deleted claim: drains its node, deletes the machine and the node, and releases the claim.</summary>
internal sealed class ClaimTerminator(ClaimWork work, MachineRemover remover, ClaimDrains drains, ReplacedMachines replaced)
{
    // An operation on the node takes minutes; a change of the node also shows its end.
    private static readonly TimeSpan BusyRecheck = TimeSpan.FromSeconds(10);

    private readonly LostMachines _lost = new(work);

    public async Task<ReconcileResult> EndAsync(NodeSmithClaim claim, CancellationToken cancellationToken)
    {
        string uid = claim.Metadata.Uid!;
        bool isLost = false;
        if (ClaimAttempts.MayHaveMachine(claim))
        {
            if (work.Leases.Remaining(claim) is { } held)
                return ReconcileResult.RequeueAfter(held);
            if (work.Backoff.Remaining(uid) is { } wait)
                return ReconcileResult.RequeueAfter(wait);
            if (work.FindNode(claim) is null)
                claim = await replaced.FollowAsync(claim, cancellationToken) ?? claim;
            if (work.FindNode(claim) is { } node)
            {
                isLost = await _lost.IsLostAsync(claim, node, cancellationToken);
                if (isLost)
                    drains.Remove(uid);
                if (
                    await (isLost ? _lost.ReleaseAsync(claim, node, cancellationToken) : DrainAsync(claim, node, cancellationToken)) is
                    { } going
                )
                    return going;
            }

            claim = await TakeAsync(
                work.Scope.Claims.Find(uid) ?? claim,
                ClaimLeases.Terminating,
                isLost ? "The machine does not exist." : "The machine was destroyed.",
                cancellationToken
            );
            if (await remover.RemoveAsync(claim, work.PoolOf(claim), cancellationToken) is { } obstacle)
            {
                return obstacle.Message.Length == 0
                    ? ReconcileResult.RequeueAfter(obstacle.After)
                    : await work.StallAsync(
                        work.Scope.Claims.Find(uid) ?? claim,
                        NodeSmithConditions.Ready,
                        "False",
                        obstacle.Reason,
                        obstacle.Message,
                        obstacle.After,
                        cancellationToken
                    );
            }

            claim = work.Scope.Claims.Find(uid) ?? claim;
        }

        string message =
            claim.Status?.ProviderID is not { Length: > 0 } id ? "The claim had no machine."
            : isLost ? $"Machine {claim.Status.MachineName} ({id}) does not exist; its node was deleted."
            : $"Machine {claim.Status.MachineName} ({id}) was destroyed and its node deleted.";
        await work.Scope.ClaimWriter.ReleaseAsync(claim, cancellationToken);
        work.Record(claim, "Removed", message);
        await work.Scope.RecordEventAsync(claim, "Normal", "Removed", message, cancellationToken);
        drains.Remove(uid);
        _lost.Remove(uid);
        return ReconcileResult.Done;
    }

    // Null if the node may be deleted.
    private async Task<ReconcileResult?> DrainAsync(NodeSmithClaim claim, Node node, CancellationToken cancellationToken)
    {
        string uid = claim.Metadata.Uid!;
        TimeSpan? bound = claim.Spec.TerminationGracePeriod is { } text ? GoDuration.Parse(text) : null;
        TimeSpan? remaining = bound - work.Seen.Elapsed(uid, "Deleted", claim.Metadata.DeletionTimestamp!.Value);
        if (remaining <= TimeSpan.Zero)
        {
            drains.Remove(uid);
            work.Record(
                claim,
                "Remove",
                $"The drain of node {node.Metadata.Name} is cut short: the grace period of {claim.Spec.TerminationGracePeriod} is over."
            );
            return null;
        }

        if (work.Scope.Connection.FindOther(node, uid) is { } other)
            return await WaitAsync(
                claim,
                NodeBusyException.Describe(other, node.Metadata.Name, work.Scope.Session.Cluster),
                remaining,
                cancellationToken
            );
        string reason =
            claim.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.RemovalAnnotation)
            ?? $"NodeSmithClaim {claim.Metadata.Name} was deleted";
        claim = await TakeAsync(claim, ClaimLeases.Draining, $"Node {node.Metadata.Name} is drained.", cancellationToken);
        ClaimDrainState drain = drains.Ensure(claim, node, remaining, reason);
        if (!drain.IsRunning)
            return await EndDrainAsync(claim, node, drain, remaining, cancellationToken);
        // The machine of a node that is not Ready may turn out not to exist.
        TimeSpan? retryAfter =
            node.IsReady() ? remaining
            : remaining < LostMachines.Recheck ? remaining
            : LostMachines.Recheck;
        return retryAfter is { } after ? ReconcileResult.RequeueAfter(after) : ReconcileResult.Done;
    }

    // Null if the node may be deleted.
    private async Task<ReconcileResult?> EndDrainAsync(
        NodeSmithClaim claim,
        Node node,
        ClaimDrainState drain,
        TimeSpan? remaining,
        CancellationToken cancellationToken
    )
    {
        if (drain.Result?.Status == NodeDrainStatus.Drained)
            return null;
        string uid = claim.Metadata.Uid!;
        drains.Remove(uid);
        if (drain.Result?.CancelReason == NodeDrainCancelReason.Interrupted)
            return ReconcileResult.RequeueAfter(TimeSpan.FromSeconds(1));
        if (drain.Result?.Status == NodeDrainStatus.TimedOut && remaining is not null)
        {
            work.Record(
                claim,
                "Remove",
                $"The drain of node {node.Metadata.Name} did not end within {claim.Spec.TerminationGracePeriod}: {DrainFailures.Of(drain.Result)?.Message}"
            );
            return null;
        }

        if (drain.Result is { } skipped && DrainFailures.Of(skipped) is { ErrorId: ErrorIds.NodeBusy } busy)
            return await WaitAsync(claim, busy.Message, remaining, cancellationToken);
        string why = drain.Result is { } result
            ? DrainFailures.Of(result)?.Message ?? result.Status
            : drain.Failure?.Message ?? "no result";
        return await work.StallAsync(
            work.Scope.Claims.Find(uid) ?? claim,
            NodeSmithConditions.Ready,
            "False",
            "DrainBlocked",
            why,
            work.Backoff.Failed(uid, TimeSpan.FromSeconds(10)),
            cancellationToken
        );
    }

    // Another operation holds the node's lock.
    private Task<ReconcileResult> WaitAsync(NodeSmithClaim claim, string why, TimeSpan? remaining, CancellationToken cancellationToken) =>
        work.StallAsync(
            work.Scope.Claims.Find(claim.Metadata.Uid!) ?? claim,
            NodeSmithConditions.Ready,
            "False",
            ErrorIds.NodeBusy,
            why,
            remaining < BusyRecheck ? remaining : BusyRecheck,
            cancellationToken
        );

    private async Task<NodeSmithClaim> TakeAsync(NodeSmithClaim claim, string phase, string message, CancellationToken cancellationToken)
    {
        if (claim.Status?.Lease is { } lease && lease.Holder == work.Scope.Identity && lease.Phase == phase)
            return claim;
        work.Record(claim, phase, message);
        return await work.Scope.ClaimWriter.WriteStatusAsync(
            claim,
            status =>
            {
                status.Lease = work.Leases.Take(status.Lease, phase);
                work.Conditions(claim).Set(status, NodeSmithConditions.Ready, "False", phase, message);
            },
            cancellationToken
        );
    }
}

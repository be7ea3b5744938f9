using NodeManager.Autoscaling.Providers;
using NodeManager.Core.Machines;

namespace NodeManager.Autoscaling.Claims;

/// <summary>
/// Follows claims whose infrastructure has replaced their machine, such as in a rollout: the claim gets the new machine, and waits for its
/// node.
/// </summary>
internal sealed class ReplacedMachines(ClaimWork work)
{
    // The infrastructure reports a new machine to its provider only.
    public static readonly TimeSpan Recheck = TimeSpan.FromSeconds(10);

    /// <summary>How soon a claim without a node is checked again; at most the limit.</summary>
    public async Task<TimeSpan> RecheckAsync(NodeSmithClaim claim, TimeSpan limit, CancellationToken cancellationToken) =>
        limit > Recheck
        && (await work.OpenProviderAsync(claim, work.PoolOf(claim), cancellationToken)).Provider is { ReplacesMachines: true }
            ? Recheck
            : limit;

    /// <summary>Why the machine of the claim is not repaired by the autoscaler, as a sentence without its start; empty: it is.</summary>
    public async Task<string> RepairerOfAsync(NodeSmithClaim claim, CancellationToken cancellationToken)
    {
        MachineProviderAccess access = await work.OpenProviderAsync(claim, work.PoolOf(claim), cancellationToken);
        if (access.Provider is not { ReplacesMachines: true } provider)
            return "";
        MachineResult result = await provider.GetAsync(ClaimAttempts.IdentityOf(claim), cancellationToken);
        return result.Outcome switch
        {
            MachineOutcome.NotFound => "",
            MachineOutcome.Succeeded => result.Machine is { RepairedBy: { Length: > 0 } by } ? $"{by} repairs it." : "",
            _ => $"it is not known whether a MachineHealthCheck repairs it ({result.Reason.TrimEnd('.')}).",
        };
    }

    /// <summary>The claim with its new machine; null if it has none.</summary>
    public async Task<NodeSmithClaim?> FollowAsync(NodeSmithClaim claim, CancellationToken cancellationToken)
    {
        string uid = claim.Metadata.Uid!;
        if (claim.Status is not { ProviderID: { Length: > 0 } old } status)
            return null;
        MachineProviderAccess access = await work.OpenProviderAsync(claim, work.PoolOf(claim), cancellationToken);
        if (access.Provider is not { ReplacesMachines: true } provider)
            return null;
        MachineResult result = await provider.GetAsync(ClaimAttempts.IdentityOf(claim) with { ProviderId = null }, cancellationToken);
        if (
            result is not { Outcome: MachineOutcome.Succeeded, Machine: { ProviderId.Length: > 0 } machine }
            || machine.ClaimUid != uid
            || machine.ProviderId == old
        )
            return null;
        string message = $"Machine {machine.Name} ({machine.ProviderId}) replaces {status.MachineName} ({old}).";
        NodeSmithClaim? written = await work.Scope.ClaimWriter.KeepStatusAsync(
            claim,
            now => now.Status?.ProviderID == old,
            next => Move(claim, next, machine, message),
            cancellationToken
        );
        if (written is null)
            return null;
        int attempt = status.LaunchAttempts ?? 0;
        work.CreatedMachines[uid] = (attempt, machine);
        work.Seen.Begin(uid, ClaimLauncher.SeenOf(attempt));
        work.Record(claim, "Replaced", message);
        await work.Scope.RecordEventAsync(claim, "Normal", "MachineReplaced", message, cancellationToken);
        return written;
    }

    private void Move(NodeSmithClaim claim, NodeSmithClaimStatus status, Machine machine, string message)
    {
        status.ProviderID = machine.ProviderId;
        status.MachineName = machine.Name;
        status.MachineCreated = machine.CreatedAt is { } created ? NodeSmithConditionList.Seconds(created) : status.MachineCreated;
        status.NodeName = null;
        if (machine.Zone.Length > 0)
            status.Zone = machine.Zone;
        ClaimConditions conditions = work.Conditions(claim);
        // The registration of the new node is timed from now.
        conditions.Reset(status, "MachineReplaced", message);
        conditions.Done(status, NodeSmithConditions.Launched, message);
    }
}

using NodeManager.Autoscaling.Providers;
using NodeManager.Core.Machines;
using KubernetesResources = NodeManager.Kubernetes.Requests.Resources;

namespace NodeManager.Autoscaling.Claims;

/// <summary>Why a claim's machine still exists.</summary>
/// <param name="After">The retry delay.</param>
internal sealed record MachineObstacle(string Reason, string Message, TimeSpan After);

/// <summary>Deletes the machine of a claim, then its node.</summary>
internal sealed class MachineRemover(ClaimWork work)
{
    // Only a user can help.
    private static readonly TimeSpan LongPause = TimeSpan.FromMinutes(5);

    /// <summary>Null if machine and node are gone.</summary>
    public async Task<MachineObstacle?> RemoveAsync(NodeSmithClaim claim, NodeSmithPool? pool, CancellationToken cancellationToken)
    {
        string uid = claim.Metadata.Uid!;
        int attempt = claim.Status?.LaunchAttempts ?? 0;
        if (!work.Destroyed.TryGetValue(uid, out int destroyed) || destroyed != attempt)
        {
            if (await DestroyAsync(claim, pool, cancellationToken) is { } obstacle)
                return obstacle;
            work.Destroyed[uid] = attempt;
            work.CreatedMachines.TryRemove(uid, out _);
        }

        work.Backoff.Succeeded(uid);
        // Nothing registers it any more, and the machine of the next attempt has its name.
        Node? namesake = await work.ReadNamesakeAsync(claim, cancellationToken);
        foreach (
            Node node in work.Candidates(claim)
                .Concat(namesake is null ? [] : [namesake])
                .Where(node => NodeOwnership.WasOf(claim, node))
                .DistinctBy(static node => node.Metadata.Uid)
                .ToList()
        )
            await work.Scope.Client.RemoveAsync(KubernetesResources.Nodes, node, cancellationToken);
        return null;
    }

    private async Task<MachineObstacle?> DestroyAsync(NodeSmithClaim claim, NodeSmithPool? pool, CancellationToken cancellationToken)
    {
        string uid = claim.Metadata.Uid!;
        if (work.Backoff.Remaining(uid) is { } wait)
            return new("Waiting", "", wait);
        MachineProviderAccess access = await work.OpenProviderAsync(claim, pool, cancellationToken);
        if (access.Provider is not { } provider)
            return new(
                access.Reason,
                $"The machine cannot be destroyed: {access.Message}",
                work.Backoff.Failed(uid, TimeSpan.FromSeconds(30))
            );
        MachineResult result = await work.Leases.RunWithLeaseAsync(
            claim,
            token => provider.DeprovisionAsync(ClaimAttempts.IdentityOf(claim), token),
            cancellationToken
        );
        if (result.Outcome is not (MachineOutcome.Succeeded or MachineOutcome.NotFound))
        {
            TimeSpan after = work.Backoff.Failed(uid, result.RetryAfter ?? (result.IsTransient ? null : LongPause));
            return new(result.Outcome.ToString(), $"The machine cannot be destroyed: {result.Reason}", after);
        }

        return null;
    }
}

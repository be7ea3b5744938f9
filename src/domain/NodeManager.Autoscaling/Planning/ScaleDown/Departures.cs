using NodeManager.Autoscaling.Planning.Inputs;
using NodeManager.Autoscaling.Planning.ScaleUp;

namespace NodeManager.Autoscaling.Planning.ScaleDown;

/// <summary>Members that leave a pool although nothing is superfluous: reclaimed machines, and claims that another pool replaces.</summary>
internal static class Departures
{
    /// <summary>Why a member leaves whatever the windows, budgets and minimum are; null: it does not.</summary>
    /// <param name="placed">The pending pods that wait for a node or claim, by its expected name.</param>
    /// <param name="isReplacing">True for a claim that the replaced nodes wait for.</param>
    public static (string Reason, string Message)? Of(
        ScaleInput input,
        PoolState pool,
        PoolMember member,
        ILookup<string, Pod> placed,
        bool isReplacing
    )
    {
        if (member is not { Claim: { } claim, IsLeaving: false, HasFailed: false } || pool.IsDeleted)
            return null;
        if (member.Node is { } node)
            return ReclaimNotice.Of(node) is { } notice && input.Locks.GetValueOrDefault(node.Metadata.Uid ?? "") is null
                ? (
                    AutoscalerReason.Reclaimed,
                    $"Its provider reclaims the machine ({notice}): it is drained, and its pods get another machine."
                )
                : null;
        // Another pool serves the pods of a claim whose provider has no machine.
        return
            !isReplacing
            && pool.Backoffs.IsStalled(member)
            && !placed[member.Expected.Metadata.Name].Any()
            && pool.Members.Count(static one => one is { Claim: not null, IsLeaving: false }) > pool.Minimum.Nodes
            && string.IsNullOrEmpty(claim.Status?.ProviderID)
            ? (
                AutoscalerReason.ProviderCapacity,
                $"Its provider cannot create the machine, and no pod requires it: {claim.Status?.Conditions.Find(NodeSmithConditions.Launched)?.Message}"
            )
            : null;
    }
}

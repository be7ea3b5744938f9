using NodeManager.Core.Machines;

namespace NodeManager.Autoscaling.Collection;

/// <summary>Whether a claim has lost its machine.</summary>
/// <param name="IsLost">True if the claim has no machine.</param>
/// <param name="Reason">Empty: nothing to report.</param>
internal readonly record struct MachineLoss(bool IsLost, string Reason)
{
    /// <remarks>
    /// The id alone proves nothing, because it may be reused: a machine with another claim or none does not match, as in <see
    /// cref="IMachineProvider.DeprovisionAsync"/>. But a node that stays Ready has a machine: its mark or the provider's settings were changed.
    /// </remarks>
    /// <param name="claim">A claim whose machine is missing in its provider's list.</param>
    /// <param name="result">Of <see cref="IMachineProvider.GetAsync"/>.</param>
    /// <param name="readyNode">The claim's Ready node; null: none.</param>
    public static MachineLoss Judge(NodeSmithClaim claim, MachineResult result, string? readyNode)
    {
        string machine = $"{claim.Status?.MachineName} ({claim.Status?.ProviderID})";
        if (result.Outcome == MachineOutcome.NotFound)
            return readyNode is null ? new(true, $"Machine {machine} is gone.") : Kept($"Machine {machine} is unknown to its provider");
        // A machine that is being created or restored may get the claim's mark later.
        if (
            result is not { Outcome: MachineOutcome.Succeeded, Machine: { } there }
            || there.ClaimUid == claim.Metadata.Uid
            || there.Status == MachineStatus.Creating
        )
            return new(false, "");
        string other = there.ClaimUid.Length > 0 ? $"carries claim {there.ClaimUid}" : "carries no claim of this provider";
        return readyNode is null
            ? new(true, $"Machine {machine} is gone: the machine that has its ID now {other}.")
            : Kept($"Machine {machine} {other}");

        MachineLoss Kept(string state) =>
            new(false, $"{state}, but node {readyNode} of claim {claim.Metadata.Name} is Ready. Nothing is removed while it is.");
    }
}

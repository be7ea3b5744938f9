using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Machines;

namespace NodeManager.Autoscaling.Collection;

/// <summary>Whether a claim has lost its machine. Pure.</summary>
/// <param name="IsLost">True where the claim has no machine any more.</param>
/// <param name="Reason">For people. Empty: there is nothing to report.</param>
internal readonly record struct MachineLoss(bool IsLost, string Reason)
{
    /// <summary>Judges what the provider answers for the claim's id.</summary>
    /// <remarks>
    /// The id alone proves nothing: another machine may have it by now. One that carries another claim or none is not the claim's, as
    /// <see cref="IMachineProvider.DeprovisionAsync"/> has it. But a node that stays Ready has a machine: a person changed what is written on it.
    /// </remarks>
    /// <param name="claim">A claim whose machine is in no list of its provider.</param>
    /// <param name="result">Of <see cref="IMachineProvider.GetAsync"/>.</param>
    /// <param name="readyNode">The claim's node where it is Ready; null: it has none, or it is not Ready.</param>
    public static MachineLoss Judge(NodeSmithClaim claim, MachineResult result, string? readyNode)
    {
        string machine = $"{claim.Status?.MachineName} ({claim.Status?.ProviderID})";
        if (result.Outcome == MachineOutcome.NotFound)
            return new(true, $"Machine {machine} is gone.");
        // What is being made or restored may carry the claim when that is done.
        if (
            result is not { Outcome: MachineOutcome.Succeeded, Machine: { } there }
            || there.ClaimUid == claim.Metadata.Uid
            || there.Status == MachineStatus.Creating
        )
            return new(false, "");
        string other = there.ClaimUid.Length > 0 ? $"carries claim {there.ClaimUid}" : "carries no claim of this provider";
        return readyNode is null
            ? new(true, $"Machine {machine} is gone: the machine that has its ID now {other}.")
            : new(
                false,
                $"Machine {machine} {other}, but node {readyNode} of claim {claim.Metadata.Name} is Ready. Nothing is removed while it is."
            );
    }
}

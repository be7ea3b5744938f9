namespace NodeManager.Core.Machines;

/// <summary>Verifies that a machine belongs to a claim. Every deletion checks this first.</summary>
public static class MachineOwnership
{
    /// <summary>Null if all match; otherwise the mismatch as text.</summary>
    /// <param name="wanted">The identity that the claim records.</param>
    /// <param name="wantedId">The provider's id in <see cref="MachineIdentity.ProviderId"/>; null if the claim has none.</param>
    /// <param name="owner">The owner of the provider's machines: <see cref="MachineProviderSettings.Owner"/>.</param>
    /// <param name="seen">The current machine.</param>
    public static string? Check(MachineIdentity wanted, string? wantedId, string owner, ObservedMachine seen)
    {
        if (wanted.ClaimUid.Length == 0 || wanted.Name.Length == 0)
            return "the claim has no UID or no name to compare with";
        if (seen.Mark is not { } mark)
            return "it carries no claim";
        if (mark.Owner != owner)
            return $"it belongs to another cluster or provider ({mark.Owner})";
        if (mark.ClaimUid != wanted.ClaimUid)
            return $"it belongs to claim {mark.ClaimUid}, not to {wanted.ClaimUid}";
        if (mark.Id != seen.Id)
            return $"it is a copy of machine {mark.Id}";
        if (wantedId is not null && wantedId != seen.Id)
            return $"its id is {seen.Id}, not {wantedId}";
        if (seen.Name != wanted.Name || mark.Name != wanted.Name)
            return $"its name is '{seen.Name}', not '{wanted.Name}'";
        return seen.HasTag ? null : "it no longer carries the provider's tag";
    }
}

/// <summary>The identity of a machine, as read from the provider.</summary>
/// <param name="Id">The provider's id.</param>
/// <param name="HasTag">True if it carries the provider's tag.</param>
/// <param name="Mark">Null if it has none.</param>
public sealed record ObservedMachine(string Id, string Name, bool HasTag, MachineMark? Mark);

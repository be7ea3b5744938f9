namespace NodeManager.Core.Machines;

/// <summary>Whether a machine is the one that a claim owns: the rule that stands before everything that destroys.</summary>
public static class MachineOwnership
{
    /// <summary>Null where all match; otherwise what does not, for people.</summary>
    /// <param name="wanted">The identity that the claim records.</param>
    /// <param name="wantedId">The provider's own id in <see cref="MachineIdentity.ProviderId"/>; null where the claim knows none.</param>
    /// <param name="owner">Whose machines the provider may touch: <see cref="MachineProviderSettings.Owner"/>.</param>
    /// <param name="seen">What was read from the machine.</param>
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

/// <summary>What identifies a machine, as read from it.</summary>
/// <param name="Id">The provider's own id.</param>
/// <param name="Name">Its name now.</param>
/// <param name="HasTag">True where it carries the provider's tag.</param>
/// <param name="Mark">What it says of its claim; null: nothing.</param>
public sealed record ObservedMachine(string Id, string Name, bool HasTag, MachineMark? Mark);

using NodeManager.Core.Machines;

namespace NodeManager.Providers.ClusterApi;

/// <summary>
/// How a claim's Machine is removed: it is marked for deletion, the mark is read back, and the replicas are lowered by one with the
/// claim's record. If Cluster API deletes another Machine, the number and the record are restored. Pure.
/// </summary>
internal static class ScaleDownRules
{
    /// <param name="owner">The owner of the provider's machines.</param>
    public static OwnerStep Next(OwnerState state, MachineIdentity identity, string owner)
    {
        string claim = identity.ClaimUid;
        if (state.Record.Removals.TryGetValue(claim, out string? uid))
            return Watch(state, claim, uid, owner);
        if (!state.Record.Owners.TryGetValue(claim, out string? recorded))
            return new OwnerStep.End(MachineOutcome.NotFound, $"{state.Name} has no Machine of the claim {claim}.");
        if (recorded != owner)
            return new OwnerStep.End(MachineOutcome.Refused, $"{state.Name} has the claim for {recorded}, not for {owner}.");
        return state.MachineOf(claim) is { } machine ? Remove(state, machine, identity, owner) : Close(state, claim, owner);
    }

    // The claim has no Machine.
    private static OwnerStep Close(OwnerState state, string claim, string owner)
    {
        if (ScaleUpRules.Obstacle(state) is { } obstacle)
            return obstacle;
        // A Machine that was created for it is deleted as any other, so that no other one goes.
        if (state.Free is [var free, ..])
            return new OwnerStep.Write(new OwnerChange().Claim(claim, owner, free.Uid));
        OwnerChange change = new OwnerChange().Release(claim);
        return new OwnerStep.Write(state.Counted.Count < state.Replicas ? change with { Replicas = state.Replicas - 1 } : change);
    }

    private static OwnerStep Remove(OwnerState state, ClusterMachine machine, MachineIdentity identity, string owner)
    {
        string claim = identity.ClaimUid,
            name = $"Machine {machine.Metadata.Namespace}/{machine.Metadata.Name}";
        if (state.Pause is { } pause)
            return new OwnerStep.Wait(pause);
        if (OwnerState.TextOf(machine, OwnerState.MarkAnnotation) is null)
            return new OwnerStep.Adopt(machine);
        if ((OwnerState.Differs(machine, claim, owner) ?? Differs(machine, identity)) is { } differs)
            return new OwnerStep.End(MachineOutcome.Refused, $"{name} was not touched: {differs}.", machine);
        IReadOnlyList<ClusterMachine> counted = state.Counted;
        if (state.MachineSets > 1)
            return new OwnerStep.Wait($"A rollout of {state.Name} is in progress.");
        if (!state.Owner.IsObserved || counted.Count != state.Replicas)
            return new OwnerStep.Wait($"{state.Name} has {counted.Count} of {state.Replicas} Machines.");
        if (!machine.IsDeleting)
        {
            if (counted.FirstOrDefault(static one => one.IsDeleting) is { } deleting)
                return new OwnerStep.Wait($"{state.Name} deletes Machine {deleting.Metadata.Name} first.");
            if (Rival(state, machine) is { } rival)
                return rival;
            if (!IsMarkedFor(machine, claim))
                return new OwnerStep.MarkForDeletion(machine);
        }

        return new OwnerStep.Write(
            new OwnerChange { Replicas = state.Replicas - 1 }
                .Release(claim)
                .Removal(claim, machine.Uid)
        );
    }

    // Another Machine with the mark could be deleted in place of this one.
    private static OwnerStep? Rival(OwnerState state, ClusterMachine machine)
    {
        ClusterMachine? rival = state.Counted.FirstOrDefault(one =>
            one.Uid != machine.Uid && !one.IsDeleting && OwnerState.TextOf(one, OwnerState.DeleteAnnotation) is not null
        );
        if (rival is null)
            return null;
        if (OwnerState.TextOf(machine, OwnerState.DeleteAnnotation) is not null)
            return new OwnerStep.Withdraw(machine);
        return IsOurs(rival)
            ? new OwnerStep.Wait($"Machine {rival.Metadata.Name} of {state.Name} is removed first.")
            : new OwnerStep.End(
                MachineOutcome.Refused,
                $"Machine {rival.Metadata.Name} of {state.Name} has the annotation {OwnerState.DeleteAnnotation} of another client and would be deleted instead. Remove the annotation, or scale down for that Machine."
            );
    }

    private static OwnerStep Watch(OwnerState state, string claim, string uid, string owner)
    {
        if (state.Find(uid) is not { } machine)
            return new OwnerStep.Write(new OwnerChange().Removal(claim, null));
        if (machine.IsDeleting)
            return new OwnerStep.Wait($"Machine {machine.Metadata.Name} of {state.Name} is being deleted.");
        // The replicas are not raised meanwhile, so a Machine that is missing was deleted in place of this one.
        string? gone =
            state.Counted.FirstOrDefault(static one => one.IsDeleting)?.Metadata.Name
            ?? (state.Counted.Count < state.Replicas ? "that is gone" : null);
        return gone is null
            ? new OwnerStep.Wait($"{state.Name} has not started to delete Machine {machine.Metadata.Name}.")
            : new OwnerStep.Restore(
                new OwnerChange { Replicas = state.Replicas + 1 }
                    .Claim(claim, owner, uid)
                    .Removal(claim, null),
                machine,
                $"Cluster API deletes another Machine ({gone}) of {state.Name} instead of {machine.Metadata.Name}. The replicas were restored to {state.Replicas + 1}."
            );
    }

    internal static bool IsMarkedFor(ClusterMachine machine, string claim) =>
        OwnerState.TextOf(machine, OwnerState.DeleteAnnotation)?.StartsWith($"{OwnerState.DeletePrefix}{claim} ", StringComparison.Ordinal)
        == true;

    internal static bool IsOurs(ClusterMachine machine) =>
        OwnerState.TextOf(machine, OwnerState.DeleteAnnotation)?.StartsWith(OwnerState.DeletePrefix, StringComparison.Ordinal) == true;

    // Without a provider ID the caller does not know the Machine.
    private static string? Differs(ClusterMachine machine, MachineIdentity identity) =>
        identity.ProviderId is not { Length: > 0 } wanted || wanted == PendingIdOf(identity.ClaimUid) ? null
        : wanted != machine.Spec.ProviderID ? $"its provider ID is {machine.Spec.ProviderID}, not {wanted}"
        : identity.Name != machine.Metadata.Name ? $"its name is '{machine.Metadata.Name}', not '{identity.Name}'"
        : null;

    /// <summary>The ID of a claim that has no Machine yet.</summary>
    internal static string PendingIdOf(string claim) => $"clusterapi://claims/{claim}";
}

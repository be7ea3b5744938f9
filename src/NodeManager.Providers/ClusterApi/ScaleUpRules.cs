using NodeManager.Core.Machines;

namespace NodeManager.Providers.ClusterApi;

/// <summary>
/// How a claim gets its Machine. The replicas rise by one in the request that records the claim, and never for a recorded claim, unless
/// another client has lowered them. Pure.
/// </summary>
internal static class ScaleUpRules
{
    /// <param name="claim">The claim's UID.</param>
    /// <param name="owner">The owner of the provider's machines.</param>
    /// <param name="isRepaired">True for a Machine that a MachineHealthCheck replaces when it fails.</param>
    public static OwnerStep Next(OwnerState state, string claim, string owner, Func<ClusterMachine, bool> isRepaired)
    {
        if (state.Record.Removals.ContainsKey(claim))
            return new OwnerStep.Wait($"The claim's Machine is being removed from {state.Name}.");
        if (!state.Record.Owners.TryGetValue(claim, out string? recorded))
            return Open(state, claim, owner);
        if (recorded != owner)
            return new OwnerStep.End(MachineOutcome.Refused, $"{state.Name} has the claim for {recorded}, not for {owner}.");
        return state.MachineOf(claim) is { } machine ? Follow(state, machine, claim, owner, isRepaired) : Assign(state, claim, owner);
    }

    /// <summary>Why the number of replicas must not be changed now; null: it may be.</summary>
    internal static OwnerStep? Obstacle(OwnerState state) =>
        state.Pause is { } pause ? new OwnerStep.Wait(pause)
        // A MachineSet that gets a Machine more before it has deleted one would keep the latter.
        : state.Leaving is { } leaving ? new OwnerStep.Wait($"{state.Name} has not started to delete Machine {leaving.Metadata.Name}.")
        : null;

    private static OwnerStep Open(OwnerState state, string claim, string owner)
    {
        if (state.Owner.Metadata.DeletionTimestamp is not null)
            return new OwnerStep.End(MachineOutcome.NoCapacity, $"{state.Name} is being deleted.");
        if (Obstacle(state) is { } obstacle)
            return obstacle;
        OwnerChange change = new OwnerChange { Replicas = state.Replicas + 1 }.Claim(claim, owner);
        if (state.Open.Count > 0)
            return new OwnerStep.Write(change);
        // No claim waits for a Machine, so all that are not assigned serve other purposes.
        string[] others =
        [
            .. state.Machines.Select(static one => one.Uid).Where(state.Record.Others.Contains),
            .. state.Free.Select(static one => one.Uid),
        ];
        return others.Length > OwnerRecord.MaximumOthers
            ? new OwnerStep.End(
                MachineOutcome.Invalid,
                $"{state.Name} has more than {OwnerRecord.MaximumOthers} Machines of other clients."
            )
            : new OwnerStep.Write(change.Others(others));
    }

    private static OwnerStep Assign(OwnerState state, string claim, string owner)
    {
        if (Obstacle(state) is { } obstacle)
            return obstacle;
        if (state.Free is [var free, ..])
            return state.IsShrinking ? Endangered(state, free) : new OwnerStep.Write(new OwnerChange().Claim(claim, owner, free.Uid));
        IReadOnlyList<ClusterMachine> counted = state.Counted;
        bool isSettled = state.MachineSets <= 1 && state.Owner.IsObserved && !counted.Any(static one => one.IsDeleting);
        // No Machine will come: another client has lowered the number.
        return isSettled && counted.Count >= state.Replicas
            ? new OwnerStep.Write(new() { Replicas = counted.Count + state.Open.Count })
            : new OwnerStep.Wait($"{state.Name} has {counted.Count} of {state.Replicas} Machines, and none for the claim yet.");
    }

    private static OwnerStep Follow(
        OwnerState state,
        ClusterMachine machine,
        string claim,
        string owner,
        Func<ClusterMachine, bool> isRepaired
    )
    {
        string name = $"Machine {machine.Metadata.Namespace}/{machine.Metadata.Name}";
        if (OwnerState.TextOf(machine, OwnerState.MarkAnnotation) is null)
            return state.Pause is { } pause ? new OwnerStep.Wait(pause) : new OwnerStep.Adopt(machine);
        if (OwnerState.Differs(machine, claim, owner) is { } differs)
            return new OwnerStep.End(MachineOutcome.Refused, $"{name} was not touched: {differs}.", machine);
        if (machine.IsDeleting)
            return new OwnerStep.Wait($"{name} is being deleted, and another one replaces it.");
        if (machine.Status.Phase == "Failed")
            return isRepaired(machine)
                ? new OwnerStep.Wait($"{name} has failed, and its MachineHealthCheck replaces it.")
                : new OwnerStep.End(MachineOutcome.Failed, $"{name} has failed.", machine);
        if (string.IsNullOrEmpty(machine.Spec.ProviderID))
            return new OwnerStep.Wait($"{name} has no provider ID yet (phase {machine.Status.Phase ?? "unknown"}).");
        return state.IsShrinking ? Endangered(state, machine) : new OwnerStep.End(MachineOutcome.Succeeded, "", machine);
    }

    private static OwnerStep.Wait Endangered(OwnerState state, ClusterMachine machine) =>
        new($"{state.Name} has more Machines than replicas, and Machine {machine.Metadata.Name} may be the one that is deleted.");
}

using NodeManager.Core.Machines;

namespace NodeManager.Providers.ClusterApi;

/// <summary>What to do next with an owner. Each step is one request at most, and is decided from a state that is read after the last one.</summary>
internal abstract record OwnerStep
{
    private OwnerStep() { }

    /// <summary>Changes the owner, if it is as it was read.</summary>
    public sealed record Write(OwnerChange Change) : OwnerStep;

    /// <summary>Restores the owner, because Cluster API deleted another Machine than the marked one. The mark is withdrawn.</summary>
    public sealed record Restore(OwnerChange Change, ClusterMachine Marked, string Why) : OwnerStep;

    /// <summary>Writes the claim on its Machine.</summary>
    public sealed record Adopt(ClusterMachine Machine) : OwnerStep;

    /// <summary>Marks a Machine as the one to delete.</summary>
    public sealed record MarkForDeletion(ClusterMachine Machine) : OwnerStep;

    /// <summary>Takes the mark away again.</summary>
    public sealed record Withdraw(ClusterMachine Machine) : OwnerStep;

    /// <summary>Waits for a change of the owner or of a Machine.</summary>
    public sealed record Wait(string Why) : OwnerStep;

    public sealed record End(MachineOutcome Outcome, string Why, ClusterMachine? Machine = null) : OwnerStep;
}

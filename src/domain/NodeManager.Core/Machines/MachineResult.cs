namespace NodeManager.Core.Machines;

/// <summary>The outcome of a call to a provider.</summary>
public enum MachineOutcome
{
    /// <summary>Completed; the state was read back.</summary>
    Succeeded,

    /// <summary>The machine does not exist.</summary>
    NotFound,

    /// <summary>In progress, or another operation holds the machine. Retry later.</summary>
    Pending,

    /// <summary>Nothing was created: no host has room, no id is free or no machine is idle.</summary>
    NoCapacity,

    /// <summary>The machine does not belong to the claim. Nothing was changed; a person has to decide.</summary>
    Refused,

    /// <summary>The request or the provider's settings cannot work. A retry does not help.</summary>
    Invalid,

    /// <summary>The provider rejects the credentials.</summary>
    Unauthorized,

    /// <summary>The credentials lack a permission.</summary>
    Forbidden,

    /// <summary>The provider is unreachable, fails, or did not finish in time. Retry later.</summary>
    Unavailable,

    /// <summary>The provider tried and failed. A retry may help.</summary>
    Failed,
}

/// <summary>The result of a call to a provider.</summary>
/// <param name="Machine">The machine as last read; null if it was not read.</param>
/// <param name="Reason">The problem as text. Empty on success.</param>
public sealed record MachineResult(MachineOutcome Outcome, Machine? Machine, string Reason)
{
    /// <summary>The recommended delay of a retry; null: the caller's own back-off.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True if the same call may succeed later without a change.</summary>
    public bool IsTransient =>
        Outcome is MachineOutcome.Pending or MachineOutcome.NoCapacity or MachineOutcome.Unavailable or MachineOutcome.Failed;

    public static MachineResult Success(Machine? machine) => new(MachineOutcome.Succeeded, machine, "");

    public static MachineResult Ended(MachineOutcome outcome, string reason, Machine? machine = null) => new(outcome, machine, reason);
}

/// <summary>The result of a list. With any outcome but <see cref="MachineOutcome.Succeeded"/> machines may be missing from it.</summary>
public sealed record MachineListResult(MachineOutcome Outcome, IReadOnlyList<Machine> Machines, string Reason)
{
    public static MachineListResult Success(IReadOnlyList<Machine> machines) => new(MachineOutcome.Succeeded, machines, "");

    public static MachineListResult Ended(MachineOutcome outcome, string reason) => new(outcome, [], reason);
}

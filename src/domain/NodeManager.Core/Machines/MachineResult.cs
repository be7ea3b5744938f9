namespace NodeManager.Core.Machines;

/// <summary>How a call to a provider ended.</summary>
public enum MachineOutcome
{
    /// <summary>It is as asked; the state was read back.</summary>
    Succeeded,

    /// <summary>There is no such machine (any more).</summary>
    NotFound,

    /// <summary>It is in progress, or another's operation holds it. Ask again.</summary>
    Pending,

    /// <summary>Nothing was made as no host has room, no id is free or no machine is idle.</summary>
    NoCapacity,

    /// <summary>A machine is there and is not, or no longer, the claim's. Nothing was changed; a person must look.</summary>
    Refused,

    /// <summary>The request or the provider's settings cannot work. Repeating does not help.</summary>
    Invalid,

    /// <summary>The provider does not accept the credentials.</summary>
    Unauthorized,

    /// <summary>The credentials lack a permission.</summary>
    Forbidden,

    /// <summary>The provider cannot be reached, answers with errors of its own, or did not finish in time. Ask again.</summary>
    Unavailable,

    /// <summary>The provider tried and failed. Asking again may help.</summary>
    Failed,
}

/// <summary>What came of a call.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Machine">The machine as last read, where one was read.</param>
/// <param name="Reason">For people: what is missing or wrong. Empty on success.</param>
public sealed record MachineResult(MachineOutcome Outcome, Machine? Machine, string Reason)
{
    /// <summary>When asking again makes sense; null: the caller's own back-off.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True where the same call may succeed later without anyone changing anything.</summary>
    public bool IsTransient =>
        Outcome is MachineOutcome.Pending or MachineOutcome.NoCapacity or MachineOutcome.Unavailable or MachineOutcome.Failed;

    public static MachineResult Success(Machine? machine) => new(MachineOutcome.Succeeded, machine, "");

    public static MachineResult Ended(MachineOutcome outcome, string reason, Machine? machine = null) => new(outcome, machine, reason);
}

/// <summary>What came of a list. Anything but <see cref="MachineOutcome.Succeeded"/> means that machines may be missing from it.</summary>
public sealed record MachineListResult(MachineOutcome Outcome, IReadOnlyList<Machine> Machines, string Reason)
{
    public static MachineListResult Success(IReadOnlyList<Machine> machines) => new(MachineOutcome.Succeeded, machines, "");

    public static MachineListResult Ended(MachineOutcome outcome, string reason) => new(outcome, [], reason);
}

namespace NodeManager.Core.Machines;

/// <summary>The machine that a claim asks for.</summary>
/// <param name="ClaimUid">The claim's <c>metadata.uid</c>: what makes the request idempotent.</param>
/// <param name="Name">Of the machine: a DNS label. Providers of existing machines choose one and return its own name.</param>
/// <param name="CpuCores">At least 1.</param>
/// <param name="MemoryMiB">What the node shall have; a provider adds its own overhead.</param>
public sealed record MachineRequest(string ClaimUid, string Name, long CpuCores, long MemoryMiB)
{
    /// <summary>
    /// True where nothing was ever begun for the claim. Then a provider need not look for its machine where it cannot look at the moment.
    /// </summary>
    public bool IsFirstAttempt { get; init; }

    /// <summary>The pool that asks; for display only.</summary>
    public string Pool { get; init; } = "";

    /// <summary>The failure domain that it must be in; null: any.</summary>
    public string? Zone { get; init; }

    /// <summary>Labels that the node shall register with, where the provider can pass them on.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Taints that must hold from the node's start, <c>key=value:Effect</c>, where the provider can pass them on.</summary>
    public IReadOnlyList<string> Taints { get; init; } = [];
}

/// <summary>What must be known of a machine to find it, and what must match before it is destroyed or restarted.</summary>
/// <param name="ProviderId">Null: not stored yet; the machine is found by its claim.</param>
/// <param name="Name">Of the machine, as the provider returned it.</param>
/// <param name="ClaimUid">The claim that it was made for.</param>
public sealed record MachineIdentity(string? ProviderId, string Name, string ClaimUid);

namespace NodeManager.Core.Machines;

/// <summary>The machine that a claim requests.</summary>
/// <param name="ClaimUid">The claim's <c>metadata.uid</c>, which makes the request idempotent.</param>
/// <param name="Name">A DNS label. Providers of existing machines choose one and return its own name.</param>
/// <param name="CpuCores">At least 1.</param>
/// <param name="MemoryMiB">The node's memory; a provider adds its own overhead.</param>
public sealed record MachineRequest(string ClaimUid, string Name, long CpuCores, long MemoryMiB)
{
    /// <summary>
    /// True if no earlier attempt was made for the claim. Then a provider that cannot search for an existing machine may create one.
    /// </summary>
    public bool IsFirstAttempt { get; init; }

    /// <summary>The requesting pool; for display only.</summary>
    public string Pool { get; init; } = "";

    /// <summary>The pool's shape of the machine; empty: none.</summary>
    public string Shape { get; init; } = "";

    /// <summary>
    /// The amounts of further resources by name, such as <c>ephemeral-storage</c> and <c>hugepages-2Mi</c> in bytes, and devices like
    /// <c>nvidia.com/gpu</c>. A provider that cannot supply a device answers <see cref="MachineOutcome.Invalid"/> or ignores it.
    /// </summary>
    public IReadOnlyDictionary<string, decimal> Resources { get; init; } = new Dictionary<string, decimal>();

    /// <summary>As in <c>kubernetes.io/arch</c>; null: any.</summary>
    public string? Architecture { get; init; }

    /// <summary>The required failure domain; null: any.</summary>
    public string? Zone { get; init; }

    /// <summary>Labels of the registering node, if the provider can set them.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Taints from the node's start, <c>key=value:Effect</c>, if the provider can set them.</summary>
    public IReadOnlyList<string> Taints { get; init; } = [];
}

/// <summary>The identity by which a machine is found, and which must match before it is deleted or restarted.</summary>
/// <param name="ProviderId">Null: not stored yet; the machine is found by its claim.</param>
/// <param name="Name">The name that the provider returned.</param>
/// <param name="ClaimUid">The UID of the claim.</param>
public sealed record MachineIdentity(string? ProviderId, string Name, string ClaimUid);

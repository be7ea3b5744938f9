namespace NodeManager.Core.Machines;

/// <summary>What the spec of a provider states about its machines, for plans and lists.</summary>
public sealed record MachineSupply
{
    /// <summary>Machines of any size, without zones.</summary>
    public static MachineSupply Unknown { get; } = new();

    /// <summary>Where the machines are, for display: an endpoint.</summary>
    public string Target { get; init; } = "";

    /// <summary>The image or template that new machines are made from. A machine of another one is outdated. Empty: unknown.</summary>
    public string Image { get; init; } = "";

    /// <summary>The memory of a machine beyond its node's; at least 0.</summary>
    public long OverheadMiB { get; init; }

    /// <summary>Empty: the provider has no zones. Duplicates and empty names do not count.</summary>
    public IReadOnlyList<string?> Zones { get; init; } = [];

    /// <summary>The servers of known sizes, if all machines exist already. Empty: machines are created in the requested size.</summary>
    public IReadOnlyList<ExistingServer> Servers { get; init; } = [];
}

/// <param name="Zone">Null or empty: none.</param>
public sealed record ExistingServer(string? Zone, long CpuCores, long MemoryMiB);

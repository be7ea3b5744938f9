namespace NodeManager;

/// <summary>A machine that a provider runs: a virtual machine, a server, a simulated one. What its Node does is another question.</summary>
public sealed class Machine : ClusterObject
{
    /// <summary>The name that the provider assigned; its node registers under this name unless the image decides otherwise.</summary>
    public required string Name { get; init; }

    /// <summary>The name of the provider that runs it.</summary>
    public required string Provider { get; init; }

    /// <summary>The namespace of that provider; empty where it was not read through a NodeSmithProvider.</summary>
    public string ProviderNamespace { get; init; } = "";

    /// <summary>As nodes carry it in <c>spec.providerID</c>: <c>proxmox://cluster/vms/1251</c>, <c>redfish://10.0.0.7/Systems/1</c>.</summary>
    public required string ProviderId { get; init; }

    /// <summary>One of <see cref="MachineStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The UID of the claim that it was made for, as the machine itself carries it; empty: it carries none.</summary>
    public string ClaimUid { get; init; } = "";

    /// <summary>True where name, tag and identity are those that the provider gave it. Nothing else is ever destroyed.</summary>
    public bool IsManaged { get; init; }

    /// <summary>Why it is not managed, or what is being waited for; empty otherwise.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The hypervisor or chassis that it runs on; empty where the provider has none.</summary>
    public string Host { get; init; } = "";

    /// <summary>The failure domain that it is in; empty where the provider has none.</summary>
    public string Zone { get; init; } = "";

    public decimal CpuCores { get; init; }

    /// <summary>In bytes.</summary>
    public long Memory { get; init; }

    /// <summary>MAC addresses of its network interfaces.</summary>
    public ItemList<string> MacAddresses { get; init; } = ItemList<string>.Empty;

    /// <summary>When it was made; null where the provider does not record it.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>What repairs the machine in place of NodeManager, such as a MachineHealthCheck of Cluster API; empty: nothing.</summary>
    public string RepairedBy { get; init; } = "";

    public override string ToString() => Name;
}

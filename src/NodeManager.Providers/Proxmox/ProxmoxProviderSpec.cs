using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Providers.Proxmox;

/// <summary>What a spec has for this type.</summary>
internal sealed record ProxmoxPart
{
    public string Type { get; init; } = "";

    public ProxmoxProviderSpec? Proxmox { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProxmoxPart))]
internal sealed partial class ProxmoxSpecJson : JsonSerializerContext;

internal sealed class ProxmoxProviderSpec
{
    /// <summary>With or without <c>/api2/json</c> at its end.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>The allowed hosts; null or empty: all.</summary>
    public List<string>? NodeWhitelist { get; set; }

    /// <summary>The ids of machines; null: 100000 to 199999.</summary>
    public ProxmoxVmIdRange? VmIDRange { get; set; }

    /// <summary>Null: <c>kubenodesmith-managed</c>.</summary>
    public string? ManagedNodeTag { get; set; }

    /// <summary>The overhead of a machine beyond its node.</summary>
    public long? VmMemOverheadMiB { get; set; }

    public List<ProxmoxNetworkInterface>? NetworkInterfaces { get; set; }

    public List<ProxmoxOption>? VmOptions { get; set; }

    public string? CaBundle { get; set; }

    public bool? InsecureSkipTLSVerify { get; set; }

    /// <summary>Allows to send credentials to an http endpoint; null: false.</summary>
    public bool? AllowUnencryptedAuthentication { get; set; }

    /// <summary>A Go duration; null: 10 minutes.</summary>
    public string? TaskTimeout { get; set; }

    /// <summary>Null: 4.</summary>
    public int? CpuOvercommit { get; set; }

    public string? ResourcePool { get; set; }

    public Dictionary<string, string>? NodeZones { get; set; }

    /// <summary>The PCI resource mapping of Proxmox for each device of a shape, by resource name: <c>nvidia.com/gpu</c>.</summary>
    public Dictionary<string, string>? DeviceMappings { get; set; }

    /// <summary>The drive that gets the size of the shape's <c>ephemeral-storage</c>, such as <c>scsi0</c>; null: none.</summary>
    public string? Disk { get; set; }

    public ProxmoxTemplate? Template { get; set; }

    /// <summary>Writes the pool's taints into SMBIOS, where the guest's kubelet can read them before it registers; null: false.</summary>
    public bool? TaintsInSmbios { get; set; }
}

internal sealed class ProxmoxVmIdRange
{
    public long Lower { get; set; }

    public long Upper { get; set; }
}

internal sealed class ProxmoxNetworkInterface
{
    /// <summary><c>net0</c> to <c>net31</c>.</summary>
    public string Name { get; set; } = "";

    public string Model { get; set; } = "";

    public string Bridge { get; set; } = "";

    public int? VlanTag { get; set; }

    public string? MacPrefix { get; set; }
}

/// <summary>A parameter of Proxmox' API; its value is a text, a number or a boolean.</summary>
internal sealed class ProxmoxOption
{
    public string Name { get; set; } = "";

    public JsonElement Value { get; set; }
}

internal sealed class ProxmoxTemplate
{
    public long VmID { get; set; }

    /// <summary>Null: true.</summary>
    public bool? Full { get; set; }

    public string? Storage { get; set; }
}

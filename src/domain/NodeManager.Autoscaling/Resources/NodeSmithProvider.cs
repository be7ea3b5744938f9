using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Autoscaling.Resources;

/// <summary>A source of machines.</summary>
public sealed class NodeSmithProvider : NodeSmithObject<NodeSmithProviderSpec, NodeSmithProviderStatus>;

public sealed class NodeSmithProviderSpec : PreservedPart
{
    /// <summary><c>proxmox</c>, <c>redfish</c>, <c>simulated</c>, or a third party's qualified name.</summary>
    public string Type { get; set; } = "";

    public NodeSmithSecretReference? CredentialsSecretRef { get; set; }

    /// <summary>Objects by name, for third-party providers.</summary>
    public Dictionary<string, JsonElement>? AdditionalSettings { get; set; }

    public ProxmoxProviderSpec? Proxmox { get; set; }

    public RedfishProviderSpec? Redfish { get; set; }

    public SimulatedProviderSpec? Simulated { get; set; }

    /// <summary>The overhead of a machine beyond its claim.</summary>
    [JsonIgnore]
    internal long OverheadMiB => Math.Max(0, Proxmox?.VmMemOverheadMiB ?? 0);
}

public sealed class NodeSmithProviderStatus : PreservedPart
{
    public List<NodeSmithCondition>? Conditions { get; set; }

    public long? ObservedGeneration { get; set; }
}

public sealed class ProxmoxProviderSpec : PreservedPart
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

    public ProxmoxTemplate? Template { get; set; }

    /// <summary>Writes the pool's taints into SMBIOS, where the guest's kubelet can read them before it registers; null: false.</summary>
    public bool? TaintsInSmbios { get; set; }
}

public sealed class ProxmoxVmIdRange : PreservedPart
{
    public long Lower { get; set; }

    public long Upper { get; set; }
}

public sealed class ProxmoxNetworkInterface : PreservedPart
{
    /// <summary><c>net0</c> to <c>net31</c>.</summary>
    public string Name { get; set; } = "";

    public string Model { get; set; } = "";

    public string Bridge { get; set; } = "";

    public int? VlanTag { get; set; }

    public string? MacPrefix { get; set; }
}

/// <summary>A parameter of Proxmox' API; its value is a text, a number or a boolean.</summary>
public sealed class ProxmoxOption : PreservedPart
{
    public string Name { get; set; } = "";

    public JsonElement Value { get; set; }
}

public sealed class ProxmoxTemplate : PreservedPart
{
    public long VmID { get; set; }

    /// <summary>Null: true.</summary>
    public bool? Full { get; set; }

    public string? Storage { get; set; }
}

public sealed class RedfishProviderSpec : PreservedPart
{
    public List<RedfishSystem> Systems
    {
        get;
        set => field = value ?? [];
    } = [];

    /// <summary>Null: <c>Pxe</c>.</summary>
    public string? BootTarget { get; set; }

    public string? BootMode { get; set; }

    /// <summary>
    /// The URI for the boot target UefiHttp, with the placeholders <c>{name}</c>, <c>{claim}</c>, <c>{pool}</c>, <c>{taints}</c> and
    /// <c>{labels}</c>.
    /// </summary>
    public string? HttpBootURI { get; set; }

    /// <summary>Null: <c>nodesmith</c>.</summary>
    public string? ManagedTag { get; set; }

    /// <summary>A Go duration; null: 5 minutes.</summary>
    public string? PowerTimeout { get; set; }

    public string? CaBundle { get; set; }

    public bool? InsecureSkipTLSVerify { get; set; }

    /// <summary>Allows to send credentials to an http endpoint; null: false.</summary>
    public bool? AllowUnencryptedAuthentication { get; set; }
}

/// <summary>A server and its controller.</summary>
public sealed class RedfishSystem : PreservedPart
{
    public string Name { get; set; } = "";

    public string Endpoint { get; set; } = "";

    public string? SystemID { get; set; }

    public NodeSmithSecretReference? CredentialsSecretRef { get; set; }

    public long? CpuCores { get; set; }

    public long? MemoryMiB { get; set; }

    public string? Zone { get; set; }
}

public sealed class SimulatedProviderSpec : PreservedPart
{
    /// <summary>A Go duration; null: none.</summary>
    public string? BootDelay { get; set; }

    /// <summary>Null: 1000.</summary>
    public int? MaxMachines { get; set; }

    public List<string>? Zones { get; set; }
}

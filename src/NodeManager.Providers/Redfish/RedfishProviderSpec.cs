using System.Text.Json.Serialization;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Providers.Redfish;

/// <summary>What a spec has for this type.</summary>
internal sealed record RedfishPart
{
    public RedfishProviderSpec? Redfish { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RedfishPart))]
internal sealed partial class RedfishSpecJson : JsonSerializerContext;

internal sealed class RedfishProviderSpec
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
internal sealed class RedfishSystem
{
    public string Name { get; set; } = "";

    public string Endpoint { get; set; } = "";

    public string? SystemID { get; set; }

    public NodeSmithSecretReference? CredentialsSecretRef { get; set; }

    public long? CpuCores { get; set; }

    public long? MemoryMiB { get; set; }

    public string? Zone { get; set; }

    /// <summary>Amounts of further resources by name, which replace the controller's inventory; null: the inventory.</summary>
    public Dictionary<string, Quantity>? Resources { get; set; }
}

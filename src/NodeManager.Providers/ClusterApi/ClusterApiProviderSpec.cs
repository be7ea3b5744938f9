using System.Text.Json.Serialization;

namespace NodeManager.Providers.ClusterApi;

/// <summary>What a spec has for this type.</summary>
internal sealed record ClusterApiPart
{
    [JsonPropertyName("clusterapi")]
    public ClusterApiProviderSpec? ClusterApi { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ClusterApiPart))]
internal sealed partial class ClusterApiSpecJson : JsonSerializerContext;

internal sealed class ClusterApiProviderSpec
{
    /// <summary>Of the MachineDeployments and MachineSets in the management cluster.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>The first that serves the shape and the zone of a request gets its machine.</summary>
    public List<MachineOwnerReference> Owners
    {
        get;
        set => field = value ?? [];
    } = [];

    /// <summary>How long a call waits for Cluster API before it is repeated; a Go duration, null: 1 minute.</summary>
    public string? WaitTimeout { get; set; }
}

internal sealed class MachineOwnerReference
{
    /// <summary>MachineDeployment or MachineSet.</summary>
    public string Kind { get; set; } = "";

    public string Name { get; set; } = "";

    /// <summary>The pool's shape that its Machines have; null: any.</summary>
    public string? Shape { get; set; }

    /// <summary>The zone of its Machines; null: none stated.</summary>
    public string? Zone { get; set; }

    public override string ToString() => $"{Kind} {Name}";
}

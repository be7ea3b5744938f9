using System.Text.Json.Serialization;

namespace NodeManager.Providers.Simulated;

/// <summary>What a spec has for this type.</summary>
internal sealed record SimulatedPart
{
    public SimulatedProviderSpec? Simulated { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SimulatedPart))]
internal sealed partial class SimulatedSpecJson : JsonSerializerContext;

internal sealed class SimulatedProviderSpec
{
    /// <summary>A Go duration; null: none.</summary>
    public string? BootDelay { get; set; }

    /// <summary>Null: 1000.</summary>
    public int? MaxMachines { get; set; }

    public List<string>? Zones { get; set; }

    /// <summary>Any name; a machine of another one is outdated.</summary>
    public string? Image { get; set; }
}

using System.Text.Json.Serialization;

namespace NodeManager.Maintenance.Records;

/// <summary>A step in the run's ConfigMap. Short names and numbers: a ConfigMap holds 1 MiB, and a fleet is large.</summary>
public sealed record StepRecord
{
    [JsonPropertyName("n")]
    public required string Name { get; init; }

    /// <summary>Milliseconds since 1970.</summary>
    [JsonPropertyName("s")]
    public long Started { get; init; }

    [JsonPropertyName("e")]
    public long? Ended { get; init; }

    /// <summary>The user of the step; null for the user who started the run.</summary>
    [JsonPropertyName("by")]
    public string? By { get; init; }
}

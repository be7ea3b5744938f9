using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace NodeManager.Providers.PoolService;

/// <summary>A pool with its complete specification, so that no field is lost.</summary>
internal sealed class WirePool
{
    public string? Id { get; set; }

    public string? Name { get; set; }

    public string? ClusterId { get; set; }

    public long Generation { get; set; }

    public string? ResourceVersion { get; set; }

    public JsonObject? Spec { get; set; }

    public DateTimeOffset? CreatedAt { get; set; }

    public DateTimeOffset? UpdatedAt { get; set; }

    public string? CreatedBy { get; set; }
}

internal sealed class WirePoolPage
{
    public List<WirePool>? Nodepools { get; set; }

    public int? Total { get; set; }
}

internal sealed class WirePoolRequest
{
    public required string Name { get; set; }

    /// <summary>In creations only.</summary>
    public string? ClusterId { get; set; }

    public required JsonObject Spec { get; set; }
}

internal sealed class WireCluster
{
    public string? Id { get; set; }

    public string? Name { get; set; }
}

internal sealed class WireClusterPage
{
    public List<WireCluster>? Clusters { get; set; }

    public int? Total { get; set; }
}

internal sealed class WireStatus
{
    public List<WireController>? ControllerStatus { get; set; }
}

internal sealed class WireController
{
    public string? ControllerName { get; set; }

    public long ObservedGeneration { get; set; }

    public List<WireCondition>? Conditions { get; set; }

    public JsonObject? Metadata { get; set; }

    public DateTimeOffset? UpdatedAt { get; set; }
}

internal sealed class WireCondition
{
    [JsonPropertyName("type")]
    public string? Type { get; set; }

    [JsonPropertyName("status")]
    public string? Status { get; set; }

    [JsonPropertyName("lastTransitionTime")]
    public DateTimeOffset? LastTransitionTime { get; set; }

    [JsonPropertyName("reason")]
    public string? Reason { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }
}

internal sealed class WireRefusal
{
    public WireError? Error { get; set; }
}

internal sealed class WireError
{
    public string? Code { get; set; }

    public string? Message { get; set; }

    public JsonNode? Details { get; set; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(WirePool))]
[JsonSerializable(typeof(WirePoolPage))]
[JsonSerializable(typeof(WirePoolRequest))]
[JsonSerializable(typeof(WireClusterPage))]
[JsonSerializable(typeof(WireStatus))]
[JsonSerializable(typeof(WireController))]
[JsonSerializable(typeof(WireRefusal))]
internal sealed partial class PoolServiceJson : JsonSerializerContext;

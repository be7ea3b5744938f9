using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace NodeManager.Core.Nodes.Claims;

/// <summary>
/// The annotation by which a maintenance run holds a node. Written with the node's resourceVersion as precondition, so that one of two runs
/// succeeds. It records what to undo at the end, in the same patch that made the change.
/// </summary>
public sealed record MaintenanceClaim
{
    public const string Key = "nodemanager.io/maintenance";

    public required string Run { get; init; }

    /// <summary>The namespace of the run's Lease.</summary>
    public required string Namespace { get; init; }

    public required string Holder { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>True once the run has cordoned the node.</summary>
    public bool IsBegun { get; init; }

    /// <summary>True if the node was cordoned before.</summary>
    public bool WasCordoned { get; init; }

    /// <summary>True if the run also takes the node's lock. For runs of earlier versions the claim itself is the lock.</summary>
    public bool Locks { get; init; }

    /// <summary>Keys of annotations that the run has set, and that did not exist before.</summary>
    public IReadOnlyList<string>? Set { get; init; }

    /// <summary>True if a run has cordoned the node and not released it.</summary>
    public static bool IsInWork(Node node) => Read(node.Metadata.Annotations?.GetValueOrDefault(Key)) is { IsBegun: true };

    /// <summary>True if another client has cordoned the node, so that it stays cordoned after the run.</summary>
    public static bool StaysCordoned(Node node) =>
        node.Spec.Unschedulable == true
        && Read(node.Metadata.Annotations?.GetValueOrDefault(Key)) is not { IsBegun: true, WasCordoned: false };

    public string ToJson() => JsonSerializer.Serialize(this, MaintenanceClaimJson.Default.MaintenanceClaim);

    /// <summary>The claim in the node's document; null without one, or if it is not in our format.</summary>
    public static MaintenanceClaim? Read(JsonObject node) => Read(node["metadata"]?["annotations"]?[Key]?.GetValue<string>());

    /// <inheritdoc cref="Read(JsonObject)"/>
    public static MaintenanceClaim? Read(string? annotation)
    {
        if (annotation is null)
            return null;
        try
        {
            return JsonSerializer.Deserialize(annotation, MaintenanceClaimJson.Default.MaintenanceClaim);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The patch that undoes the recorded changes.</summary>
    public static JsonObject Undoing(MaintenanceClaim claim)
    {
        JsonObject patch = Annotations([.. (claim.Set ?? []).Select(key => (key, (string?)null)), (MaintenanceClaim.Key, null)]);
        if (claim is { IsBegun: true, WasCordoned: false })
            patch["spec"] = new JsonObject { ["unschedulable"] = null };
        return patch;
    }

    /// <summary>The patch for the current node; null if no run has cordoned it.</summary>
    public static JsonObject? Undoing(JsonObject node) => MaintenanceClaim.Read(node) is { IsBegun: true } claim ? Undoing(claim) : null;

    /// <summary>A merge patch of annotations; a null value removes one.</summary>
    public static JsonObject Annotations(params IEnumerable<(string Key, string? Value)> entries) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["annotations"] = new JsonObject(entries.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)e.Value))),
            },
        };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault
)]
[JsonSerializable(typeof(MaintenanceClaim))]
internal sealed partial class MaintenanceClaimJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Nodes.Claims;

/// <summary>
/// The annotation by which a run holds a node. It is written with the node's resourceVersion as precondition, so that of two runs one
/// wins. What has to be undone at the end stands in it, written in the same patch that did it.
/// </summary>
public sealed record MaintenanceClaim
{
    /// <summary>The annotation's key.</summary>
    public const string Key = "nodemanager.io/maintenance";

    public required string Run { get; init; }

    /// <summary>Of the run's Lease.</summary>
    public required string Namespace { get; init; }

    public required string Holder { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>True once the run has cordoned the node.</summary>
    public bool IsBegun { get; init; }

    /// <summary>True when the node was cordoned before.</summary>
    public bool WasCordoned { get; init; }

    /// <summary>The run takes the lock of a node that it works on. Runs of former versions do not: their claim itself is the lock.</summary>
    public bool Locks { get; init; }

    /// <summary>Keys of the annotations that the run has set, and no other client before.</summary>
    public IReadOnlyList<string>? Set { get; init; }

    /// <summary>Whether a run has cordoned the node, and not given it back.</summary>
    public static bool IsInWork(Node node) => Read(node.Metadata.Annotations?.GetValueOrDefault(Key)) is { IsBegun: true };

    /// <summary>Whether another client than a run has cordoned the node, so that it stays cordoned after the run.</summary>
    public static bool StaysCordoned(Node node) =>
        node.Spec.Unschedulable == true
        && Read(node.Metadata.Annotations?.GetValueOrDefault(Key)) is not { IsBegun: true, WasCordoned: false };

    public string ToJson() => JsonSerializer.Serialize(this, MaintenanceClaimJson.Default.MaintenanceClaim);

    /// <summary>The claim that the node's document carries; null without one, or when it is not of our making.</summary>
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

    /// <summary>The patch that undoes what a claim says was done.</summary>
    public static JsonObject Undoing(MaintenanceClaim claim)
    {
        JsonObject patch = Annotations([.. (claim.Set ?? []).Select(key => (key, (string?)null)), (MaintenanceClaim.Key, null)]);
        if (claim is { IsBegun: true, WasCordoned: false })
            patch["spec"] = new JsonObject { ["unschedulable"] = null };
        return patch;
    }

    /// <summary>The same for the node as it is; null where no run has cordoned it.</summary>
    public static JsonObject? Undoing(JsonObject node) => MaintenanceClaim.Read(node) is { IsBegun: true } claim ? Undoing(claim) : null;

    /// <summary>A merge patch that sets these annotations; a null value removes one.</summary>
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

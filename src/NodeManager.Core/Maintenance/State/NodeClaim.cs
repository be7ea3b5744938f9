using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Maintenance.State;

/// <summary>
/// The annotation by which a run holds a node. It is written with the node's resourceVersion as precondition, so that of two runs one
/// wins. What has to be undone at the end stands in it, written in the same patch that did it.
/// </summary>
internal sealed record NodeClaim
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

    /// <summary>Keys of the annotations that the run has set, and nobody else before.</summary>
    public IReadOnlyList<string>? Set { get; init; }

    /// <summary>Whether a run has cordoned the node, and not given it back.</summary>
    public static bool IsInWork(Node node) => Read(node.Metadata.Annotations?.GetValueOrDefault(Key)) is { IsBegun: true };

    /// <summary>Whether somebody else than a run has cordoned the node, so that it stays cordoned after the run.</summary>
    public static bool StaysCordoned(Node node) =>
        node.Spec.Unschedulable == true && Read(node.Metadata.Annotations?.GetValueOrDefault(Key)) is not { IsBegun: true, WasCordoned: false };

    public string ToJson() => JsonSerializer.Serialize(this, MaintenanceJson.Default.NodeClaim);

    /// <summary>The claim that the node's document carries; null without one, or when it is not of our making.</summary>
    public static NodeClaim? Read(JsonObject node) => Read(node["metadata"]?["annotations"]?[Key]?.GetValue<string>());

    /// <inheritdoc cref="Read(JsonObject)"/>
    public static NodeClaim? Read(string? annotation)
    {
        if (annotation is null) return null;
        try
        {
            return JsonSerializer.Deserialize(annotation, MaintenanceJson.Default.NodeClaim);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

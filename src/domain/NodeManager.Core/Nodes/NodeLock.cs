using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace NodeManager.Core.Nodes;

/// <summary>
/// The annotation by which one operation locks a node. Written with the node's resourceVersion as precondition, so that one of two
/// operations succeeds. The holder renews it; a lock without an observed renewal for its duration has expired. Its times are for display,
/// because clocks of machines differ.
/// </summary>
public sealed record NodeLock
{
    public const string Key = "nodemanager.io/lock";

    private const int MinimumSeconds = 1;

    // A longer lock of another program would block a node permanently.
    private const int MaximumSeconds = 600;

    public required string Kind { get; init; }

    /// <summary>The process: <c>user@machine/process</c>.</summary>
    public required string Holder { get; init; }

    /// <summary>Id of the operation, which may lock several nodes.</summary>
    public required string Operation { get; init; }

    /// <summary>The lifetime without a renewal.</summary>
    public int DurationSeconds { get; init; }

    /// <summary>By the holder's clock.</summary>
    public DateTimeOffset RenewedAt { get; init; }

    /// <summary>Incremented by each renewal.</summary>
    public long Renewals { get; init; }

    /// <summary>Who requested the holder to stop, <c>user@machine</c>; null without a request.</summary>
    public string? CancelledBy { get; init; }

    [JsonIgnore]
    public TimeSpan Duration => TimeSpan.FromSeconds(Math.Clamp(DurationSeconds, MinimumSeconds, MaximumSeconds));

    public string ToJson() => JsonSerializer.Serialize(this, NodeLockJson.Default.NodeLock);

    /// <summary>True for the same hold of one process for one operation, renewed or not.</summary>
    public bool IsSameHold(NodeLock? other) => other is not null && other.Operation == Operation && other.Holder == Holder;

    /// <summary>Adds the request to stop; null if it already has one.</summary>
    /// <param name="by"><c>user@machine</c>.</param>
    public NodeLock? Cancel(string by) => CancelledBy is null ? this with { CancelledBy = by } : null;

    /// <summary>The lock on the node; null without one, or if the annotation is not in our format.</summary>
    public static NodeLock? Read(Node node) => Parse(node.Metadata.Annotations?.GetValueOrDefault(Key));

    /// <inheritdoc cref="Read(Node)"/>
    public static NodeLock? Read(ClusterNode node) => Parse(node.Annotations.GetValueOrDefault(Key));

    /// <inheritdoc cref="Read(Node)"/>
    public static NodeLock? Read(JsonObject node) => Parse((string?)node["metadata"]?["annotations"]?[Key]);

    /// <summary>A merge patch that writes the lock, or removes it (null).</summary>
    public static JsonObject Patch(NodeLock? written) =>
        new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [Key] = written?.ToJson() } } };

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Operation} (holder: {Holder})";

    private static NodeLock? Parse(string? text)
    {
        if (text is null)
            return null;
        try
        {
            return JsonSerializer.Deserialize(text, NodeLockJson.Default.NodeLock);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

public static class NodeLockKind
{
    public const string Drain = "NodeDrain";
    public const string Maintenance = "NodeMaintenance";
    public const string Repair = "NodeRepair";
    public const string PoolUpdate = "NodePoolUpdate";
    public const string Scaling = "NodeScaling";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(NodeLock))]
internal sealed partial class NodeLockJson : JsonSerializerContext;

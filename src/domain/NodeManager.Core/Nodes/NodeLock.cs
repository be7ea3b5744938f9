using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Nodes;

/// <summary>
/// The annotation by which one operation works on a node. It is written under the node's resourceVersion, so that of two operations one gets it. Its
/// holder renews it; a lock that was seen unrenewed for its duration is dead. Times in it are for people: clocks of machines differ.
/// </summary>
public sealed record NodeLock
{
    /// <summary>The annotation's key.</summary>
    public const string Key = "nodemanager.io/lock";

    private const int MinimumSeconds = 1;

    // A lock of another program that lasts longer would keep a node for good.
    private const int MaximumSeconds = 600;

    /// <summary>See <see cref="NodeLockKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The process: <c>user@machine/process</c>.</summary>
    public required string Holder { get; init; }

    /// <summary>Id of the operation; one operation may have several nodes.</summary>
    public required string Operation { get; init; }

    /// <summary>How long the lock lives without a renewal.</summary>
    public int DurationSeconds { get; init; }

    /// <summary>By the holder's clock.</summary>
    public DateTimeOffset RenewedAt { get; init; }

    /// <summary>Differs with each renewal.</summary>
    public long Renewals { get; init; }

    /// <summary>Who asked the holder to stop, <c>user@machine</c>; null while nobody did.</summary>
    public string? CancelledBy { get; init; }

    [JsonIgnore]
    public TimeSpan Duration => TimeSpan.FromSeconds(Math.Clamp(DurationSeconds, MinimumSeconds, MaximumSeconds));

    /// <summary>The annotation's value, one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, NodeLockJson.Default.NodeLock);

    /// <summary>Whether both are the hold of one process for one operation, renewed or not.</summary>
    public bool IsSameHold(NodeLock? other) => other is not null && other.Operation == Operation && other.Holder == Holder;

    /// <summary>The lock with the request to stop; null where its holder is already asked to stop.</summary>
    /// <param name="by">Who asks, <c>user@machine</c>.</param>
    public NodeLock? Cancel(string by) => CancelledBy is null ? this with { CancelledBy = by } : null;

    /// <summary>The lock on the node; null without one, or where the annotation is not of our making.</summary>
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

/// <summary>The kinds of operations that lock a node.</summary>
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

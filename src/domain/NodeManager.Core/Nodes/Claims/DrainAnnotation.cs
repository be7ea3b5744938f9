using System.Text.Json;
using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Nodes.Claims;

/// <summary>What a drain of ours writes on the node in the same patch that cordons it; uncordoning clears it.</summary>
/// <param name="By">Who, as <c>user@machine</c>.</param>
/// <param name="Reason">The reason given by the user; may be empty.</param>
/// <param name="At">When, in the cluster's time.</param>
/// <param name="Unfinished">What a server left of it when it stopped; null without.</param>
public sealed record DrainAnnotation(
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("at")] DateTimeOffset At,
    [property: JsonPropertyName("unfinished"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        UnfinishedDrain? Unfinished = null
)
{
    /// <summary>The annotation's key.</summary>
    public const string Key = "nodemanager.io/drain";

    /// <summary>The annotation's value, one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DrainJson.Default.DrainAnnotation);

    /// <summary>The annotation that the node carries; null without one, or when it is not of our making.</summary>
    public static DrainAnnotation? Read(Node node) => Parse(node.Metadata.Annotations?.GetValueOrDefault(Key));

    /// <summary>The same of the annotation's value.</summary>
    public static DrainAnnotation? Parse(string? text)
    {
        if (text is null)
            return null;
        try
        {
            return JsonSerializer.Deserialize(text, DrainJson.Default.DrainAnnotation);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(DrainAnnotation))]
internal sealed partial class DrainJson : JsonSerializerContext;

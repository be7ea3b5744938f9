using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Core.Nodes.Claims;

/// <summary>The annotation that a drain writes in the patch that cordons the node; uncordoning clears it.</summary>
/// <param name="By"><c>user@machine</c>.</param>
/// <param name="Reason">The reason given by the user; may be empty.</param>
public sealed record DrainAnnotation(
    [property: JsonPropertyName("by")] string By,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("at")] DateTimeOffset At
)
{
    public const string Key = "nodemanager.io/drain";

    public string ToJson() => JsonSerializer.Serialize(this, DrainJson.Default.DrainAnnotation);

    /// <summary>Null without the annotation, or if it is not in our format.</summary>
    public static DrainAnnotation? Read(Node node) => Parse(node.Metadata.Annotations?.GetValueOrDefault(Key));

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

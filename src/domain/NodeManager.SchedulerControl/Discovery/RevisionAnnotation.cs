using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.SchedulerControl.Discovery;

/// <summary>The recorded revision of a ConfigMap's key, with the text's hash, so that a change by other means is detected.</summary>
/// <param name="Hash">Of the text; see <see cref="HashOf"/>.</param>
internal sealed record RevisionAnnotation(
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("hash")] string Hash
)
{
    /// <summary>The ConfigMap's annotation: a JSON object with an entry for each key.</summary>
    public const string Name = "nodemanager.io/scheduler-configuration";

    /// <summary>The annotation of a Deployment's pod template, and so of its pods: the revision that they started with.</summary>
    public const string PodTemplateName = "nodemanager.io/scheduler-revision";

    /// <summary>Null without an entry, or if the annotation cannot be read.</summary>
    public static RevisionAnnotation? Of(ConfigMap map, string key) => All(map).GetValueOrDefault(key);

    /// <summary>The new value of the ConfigMap's annotation.</summary>
    public static string Write(ConfigMap map, string key, RevisionAnnotation annotation)
    {
        var all = All(map);
        all[key] = annotation;
        return JsonSerializer.Serialize(all, RevisionAnnotationJson.Default.SortedDictionaryStringRevisionAnnotation);
    }

    /// <summary>Short, but long enough to distinguish texts.</summary>
    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    private static SortedDictionary<string, RevisionAnnotation> All(ConfigMap map)
    {
        try
        {
            return map.Metadata.Annotations?.GetValueOrDefault(Name) is { } text
                ? JsonSerializer.Deserialize(text, RevisionAnnotationJson.Default.SortedDictionaryStringRevisionAnnotation) ?? []
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}

[JsonSerializable(typeof(SortedDictionary<string, RevisionAnnotation>))]
internal sealed partial class RevisionAnnotationJson : JsonSerializerContext;

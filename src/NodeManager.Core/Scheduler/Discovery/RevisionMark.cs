using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Scheduler.Discovery;

/// <summary>
/// What a ConfigMap says of the configuration in one of its keys: which revision it is. With the text's hash, so that a change made by other
/// means shows.
/// </summary>
/// <param name="Revision">The number.</param>
/// <param name="Hash">Of the text; see <see cref="HashOf"/>.</param>
internal sealed record RevisionMark(
    [property: JsonPropertyName("revision")] long Revision,
    [property: JsonPropertyName("hash")] string Hash)
{
    /// <summary>The ConfigMap's annotation: a JSON object with an entry a key.</summary>
    public const string Annotation = "nodemanager.io/scheduler-configuration";

    /// <summary>The annotation of a Deployment's pod template, and so of its pods: the revision that they started with.</summary>
    public const string PodAnnotation = "nodemanager.io/scheduler-revision";

    /// <summary>The mark of a key; null without one, or where it is not of our making.</summary>
    public static RevisionMark? Of(ConfigMap map, string key) => All(map).GetValueOrDefault(key);

    /// <summary>The annotation's value with another mark for a key.</summary>
    public static string Write(ConfigMap map, string key, RevisionMark mark)
    {
        var all = All(map);
        all[key] = mark;
        return JsonSerializer.Serialize(all, RevisionMarkJson.Default.SortedDictionaryStringRevisionMark);
    }

    /// <summary>Short, but long enough to tell texts apart.</summary>
    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    private static SortedDictionary<string, RevisionMark> All(ConfigMap map)
    {
        try
        {
            return map.Metadata.Annotations?.GetValueOrDefault(Annotation) is { } text
                ? JsonSerializer.Deserialize(text, RevisionMarkJson.Default.SortedDictionaryStringRevisionMark) ?? []
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}

[JsonSerializable(typeof(SortedDictionary<string, RevisionMark>))]
internal sealed partial class RevisionMarkJson : JsonSerializerContext;

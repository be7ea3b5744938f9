using System.Text.Json;
using NodeManager.Kubernetes.Yaml;

namespace NodeManager.NodePools.Documents;

/// <summary>The parsed description of a pool; null for missing parts.</summary>
/// <param name="ClusterId">The service's id of the cluster.</param>
/// <param name="Spec">Never changed in place.</param>
public sealed record PoolDescription(string? Name, string? ClusterId, JsonObject Spec)
{
    /// <summary>The namespace in the manifest of a NodeSmithPool.</summary>
    public string? Namespace { get; init; }
}

/// <summary>Reads JSON and YAML about a pool: the body of a creation, a pool as returned by a service, or a specification alone.</summary>
public static class PoolText
{
    private static readonly JsonDocumentOptions Reading = new()
    {
        MaxDepth = 64,
        AllowDuplicateProperties = false,
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <param name="text">JSON or YAML.</param>
    /// <param name="source">A path, or empty.</param>
    /// <exception cref="NodeManagerException">NodePoolInvalid: it is neither, or not about a pool.</exception>
    public static PoolDescription Read(string text, string source) => Read(Parse(text, source), source);

    /// <inheritdoc cref="Read(string, string)"/>
    public static PoolDescription Read(JsonNode? root, string source)
    {
        if (root is not JsonObject document)
            throw Invalid(source, "it is not an object", null);
        if (document["spec"] is null)
            return PoolFields.Known.Concat(PoolFields.OfCluster).Any(document.ContainsKey)
                ? new(null, null, document)
                : throw Invalid(source, "it has neither 'spec' nor 'platform' nor 'providerRef'", null);
        var metadata = document["metadata"] as JsonObject;
        return document["spec"] is JsonObject spec
            ? new(document.Text("name") ?? metadata.Text("name"), document.Text("cluster_id"), spec)
            {
                Namespace = metadata.Text("namespace"),
            }
            : throw Invalid(source, "its 'spec' is not an object", null);
    }

    /// <summary>Reads a merge patch of a specification.</summary>
    /// <exception cref="NodeManagerException">NodePoolInvalid.</exception>
    public static JsonObject ReadPatch(string text) => Parse(text, "") as JsonObject ?? throw Invalid("", "it is not an object", null);

    private static JsonNode? Parse(string text, string source)
    {
        try
        {
            if (text.AsSpan().TrimStart() is ['{' or '[', ..])
                return JsonNode.Parse(text, null, Reading);
            (JsonNode? root, IReadOnlyList<(string Key, long Line)> duplicates) = YamlJsonReader.Read(text);
            return duplicates.Count == 0
                ? root
                : throw Invalid(source, $"line {duplicates[0].Line}: the key '{duplicates[0].Key}' is there twice", null);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw Invalid(source, e.Message, e);
        }
    }

    private static NodeManagerException Invalid(string source, string why, Exception? cause) =>
        new(
            ErrorIds.NodePoolInvalid,
            ErrorKind.InvalidData,
            $"The node pool{(source.Length > 0 ? $" in '{source}'" : "")} cannot be read: {why.TrimEnd('.')}.",
            source,
            "Specify JSON or YAML: an object with name and spec, the manifest of a NodeSmithPool, or a specification with platform or providerRef.",
            cause
        );
}

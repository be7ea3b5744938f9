using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Autoscaling.Providers;
using NodeManager.Autoscaling.Resources;
using NodeManager.Kubernetes.Yaml;

namespace NodeManager.Commands;

/// <summary>Reads the manifest of a NodeSmithProvider.</summary>
internal static class NodeProviderManifest
{
    /// <param name="text">YAML or JSON; of several documents the first.</param>
    /// <param name="source">Its name in errors: a path.</param>
    /// <param name="name">Overrides the manifest's; null: the manifest's.</param>
    /// <param name="ns">Overrides the manifest's; null: the manifest's, or else <paramref name="fallback"/>.</param>
    /// <param name="fallback">The namespace if none is named.</param>
    /// <exception cref="NodeManagerException">ManifestInvalid.</exception>
    public static NodeProviderRequest Read(string text, string source, string? name, string? ns, string fallback)
    {
        JsonObject? root;
        try
        {
            root = YamlJsonReader.Read(text).Root as JsonObject;
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            throw Invalid(source, e.Message, e);
        }

        if (
            Text(root?["kind"]) != nameof(NodeSmithProvider)
            || Text(root?["apiVersion"])?.StartsWith(NodeSmithNames.Group + "/", StringComparison.Ordinal) != true
        )
            throw Invalid(source, $"It describes no {nameof(NodeSmithProvider)} of {NodeSmithNames.Group}.", null);
        var metadata = root!["metadata"] as JsonObject;
        name ??= Text(metadata?["name"]);
        if (string.IsNullOrEmpty(name))
            throw Invalid(source, "metadata.name is missing.", null);
        return new(
            name,
            ns ?? Text(metadata?["namespace"]) ?? fallback,
            root["spec"] is JsonObject spec ? (JsonObject)spec.DeepClone() : throw Invalid(source, "spec is missing.", null)
        )
        {
            Labels = (metadata?["labels"] as JsonObject ?? [])
                .Where(static one => Text(one.Value) is not null)
                .ToDictionary(static one => one.Key, static one => Text(one.Value)!),
        };
    }

    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static NodeManagerException Invalid(string source, string why, Exception? cause) =>
        new(
            ErrorIds.ManifestInvalid,
            ErrorKind.InvalidData,
            $"The manifest '{source}' is not valid: {why}",
            source,
            "Pass the manifest of a NodeSmithProvider.",
            cause
        );
}

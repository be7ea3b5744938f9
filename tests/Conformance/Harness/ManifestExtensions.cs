using System.Text.Json.Nodes;

namespace NodeManager.Conformance.Harness;

/// <summary>What tests change about a manifest before they create it.</summary>
internal static class ManifestExtensions
{
    public static JsonObject Annotate(this JsonObject manifest, string key, string value) =>
        manifest.Put("metadata", "annotations", key, value);

    public static JsonObject Label(this JsonObject manifest, string key, string value) => manifest.Put("metadata", "labels", key, value);

    /// <summary>For a node without a kubelet: has it report Ready from the start.</summary>
    public static JsonObject Ready(this JsonObject node)
    {
        node["status"]!["conditions"] = new JsonArray(
            new JsonObject
            {
                ["type"] = "Ready",
                ["status"] = "True",
                ["reason"] = "KubeletReady",
            }
        );
        return node;
    }

    /// <summary>Merged into <c>spec</c>, or for a workload into its pods' <c>spec.template.spec</c>.</summary>
    public static JsonObject PodSpec(this JsonObject manifest, JsonObject fields)
    {
        JsonObject spec = manifest["spec"]!["template"]?["spec"]?.AsObject() ?? manifest["spec"]!.AsObject();
        foreach ((string key, JsonNode? value) in fields)
            spec[key] = value?.DeepClone();
        return manifest;
    }

    /// <summary>Annotation of a workload's pods.</summary>
    public static JsonObject AnnotatePods(this JsonObject manifest, string key, string value)
    {
        manifest["spec"]!["template"]!.AsObject().Put("metadata", "annotations", key, value);
        return manifest;
    }

    private static JsonObject Put(this JsonObject manifest, string first, string second, string key, string value)
    {
        JsonObject map = manifest[first]?[second]?.AsObject() ?? [];
        map[key] = value;
        manifest[first] ??= new JsonObject();
        if (map.Parent is null)
            manifest[first]![second] = map;
        return manifest;
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Yaml;

namespace NodeManager.Core.Placement;

/// <summary>Reads the pod of a manifest: a Pod, or the template of a workload.</summary>
public static class PodManifest
{
    /// <summary>Reads YAML or JSON.</summary>
    /// <param name="text">The manifest; of several documents the first.</param>
    /// <param name="source">Its name in errors: a path.</param>
    /// <exception cref="NodeManagerException">ManifestInvalid.</exception>
    public static Pod Read(string text, string source)
    {
        try
        {
            JsonNode? root = YamlJsonReader.Read(text).Root;
            JsonObject pod =
                PodOf(root as JsonObject) ?? throw Invalid(source, "It describes neither a pod nor a workload with a pod template.", null);
            Pod read = pod.Deserialize(KubernetesJson.Default.Pod)!;
            // The current node does not matter.
            read.Spec.NodeName = null;
            return read.Spec.Containers.Count > 0 ? read : throw Invalid(source, "spec.containers is empty.", null);
        }
        catch (Exception fault) when (fault is FormatException or JsonException or InvalidOperationException)
        {
            throw Invalid(source, fault.Message, fault);
        }
    }

    private static JsonObject? PodOf(JsonObject? manifest) =>
        (string?)manifest?["kind"] switch
        {
            "Pod" => manifest,
            "CronJob" => Template(manifest?["spec"]?["jobTemplate"]?["spec"]?["template"], manifest),
            _ => Template(manifest?["spec"]?["template"], manifest),
        };

    // A workload's name is the prefix of its pods' names.
    private static JsonObject? Template(JsonNode? template, JsonObject? owner)
    {
        if (template is not JsonObject found)
            return null;
        var pod = (JsonObject)found.DeepClone();
        JsonObject metadata = pod["metadata"] as JsonObject ?? [];
        foreach (string field in (string[])["name", "namespace"])
        {
            if (owner?["metadata"]?[field] is { } value)
                metadata[field] = value.DeepClone();
        }

        pod["metadata"] = metadata.Parent is null ? metadata : metadata.DeepClone();
        return pod;
    }

    private static NodeManagerException Invalid(string source, string why, Exception? cause) =>
        new(
            ErrorIds.ManifestInvalid,
            ErrorKind.InvalidData,
            $"The manifest '{source}' is not valid: {why}",
            source,
            "Specify a manifest of a Pod, Deployment, StatefulSet, Job or other workload.",
            cause
        );
}

using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Autoscaling.Resources;

/// <summary>The finalizer by which pools and providers stay as long as claims need them.</summary>
internal static class NodeSmithFinalizer
{
    /// <summary>The merge patch that removes it from this version of the object.</summary>
    public static JsonObject Without(KubernetesObject item) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["uid"] = item.Metadata.Uid,
            ["resourceVersion"] = item.Metadata.ResourceVersion,
            ["finalizers"] = new JsonArray([.. (item.Metadata.Finalizers ?? []).Where(static one => one != NodeSmithNames.Finalizer).Select(static one => (JsonNode)one)]),
        },
    };
}

using System.Globalization;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Custom;

internal static class CustomScale
{
    /// <exception cref="ApiException">500: the object has no replica count.</exception>
    public static JsonObject Of(StoredObject item, JsonObject document, ScalePaths paths)
    {
        if (ScalePaths.Find(document, paths.Replicas) is not { } wanted)
            throw StatusErrors.Internal($"the spec replicas field \"{paths.Replicas}\" does not exist");
        var metadata = new JsonObject { ["name"] = item.Name };
        if (item.Namespace.Length > 0)
            metadata["namespace"] = item.Namespace;
        metadata["uid"] = item.Uid;
        metadata["resourceVersion"] = item.Version.ToString(CultureInfo.InvariantCulture);
        metadata["creationTimestamp"] = document.Object("metadata")?["creationTimestamp"]?.DeepClone();
        var status = new JsonObject { ["replicas"] = ScalePaths.Find(document, paths.StatusReplicas)?.DeepClone() ?? 0 };
        if (paths.Selector is { } selector && ScalePaths.Find(document, selector) is { } labels)
            status["selector"] = labels.DeepClone();
        return new()
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = wanted.DeepClone() },
            ["status"] = status,
        };
    }
}

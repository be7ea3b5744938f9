using System.Globalization;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Columns;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Api.Custom;

internal static class ScaleView
{
    public const string ApiVersion = "autoscaling/v1";

    public static JsonObject Of(ResourcePath path, StoredObject item)
    {
        JsonObject document = path.ToJson(item);
        if (path.Kind.Custom?.At(path.Version).Scale is { } paths)
            return CustomScale.Of(item, document, paths);
        JsonObject metadata = document["metadata"]!.AsObject();
        var scale = new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = ApiVersion,
            ["metadata"] = new JsonObject
            {
                ["name"] = item.Name,
                ["namespace"] = item.Namespace,
                ["uid"] = item.Uid,
                ["resourceVersion"] = item.Version.ToString(CultureInfo.InvariantCulture),
                ["creationTimestamp"] = metadata["creationTimestamp"]?.DeepClone(),
            },
            ["spec"] = document.Object("spec").Number("replicas") is { } wanted and not 0
                ? new JsonObject { ["replicas"] = wanted }
                : new JsonObject(),
            ["status"] = new JsonObject { ["replicas"] = document.Object("status").Number("replicas") ?? 0 },
        };
        if (document.Object("spec").Object("selector") is { } selector)
            scale["status"]!["selector"] = Show(selector);
        return scale;
    }

    /// <summary>Validates a Scale's kind, name and count.</summary>
    public static void Check(ResourcePath path, JsonObject scale, int minor)
    {
        string kind = scale.Text("kind") is { Length: > 0 } named ? named : "Scale",
            stated = scale.Text("apiVersion") is { Length: > 0 } version ? version : ApiVersion;
        if (kind != "Scale" || stated != ApiVersion)
            throw Bodies.BodyFaults.WrongKind(Kind, ApiVersion, kind, stated);
        if (ValueTypes.FindFault(scale, "Scale", isConverted: false) is { } fault)
            throw StatusErrors.BadRequest($"Scale in version \"v1\" cannot be handled as a Scale: {fault}");
        JsonObject? metadata = scale.Object("metadata");
        if (string.IsNullOrEmpty(metadata.Text("name")))
            throw StatusErrors.NameMissing(path.Name);
        UpdatePreparation.CheckName(path.Kind, path.ObjectNamespace, path.Name, metadata!, minor);
    }

    private static ResourceKind Kind { get; } =
        new()
        {
            Group = "autoscaling",
            Versions = [],
            Kind = "Scale",
            Plural = "scale",
        };

    public static void Apply(ResourcePath path, JsonObject document, JsonObject scale)
    {
        if (scale.Object("metadata").Text("resourceVersion") is { } version)
            document.Ensure("metadata")["resourceVersion"] = version;
        long wanted = scale.Object("spec").Number("replicas") ?? 0;
        if (path.Kind.Custom?.At(path.Version).Scale is { } paths)
            ScalePaths.Set(document, paths.Replicas, wanted);
        else
            document.Ensure("spec")["replicas"] = wanted;
    }

    public static long Replicas(ResourcePath path, JsonObject document) =>
        path.Kind.Custom?.At(path.Version).Scale is { } paths
            ? ScalePaths.Find(document, paths.Replicas).AsNumber() ?? 0
            : document.Object("spec").Number("replicas") ?? 0;

    private static string Show(JsonObject selector)
    {
        JsonObject labels = selector.Object("matchLabels") ?? (selector["matchExpressions"] is null ? selector : []);
        IEnumerable<string> terms = labels
            .OrderBy(static pair => pair.Key, StringComparer.Ordinal)
            .Select(static pair => $"{pair.Key}={(string?)pair.Value}");
        IEnumerable<string> expressions = selector.Objects("matchExpressions").Select(ColumnText.Expression);
        return string.Join(",", terms.Concat(expressions));
    }
}

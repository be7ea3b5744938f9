using NodeManager.Sandbox.Api.Custom;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Api.Registry;

/// <summary>Server-side apply configurations.</summary>
internal static class AppliedConfiguration
{
    // Before that version, only the version was checked.
    private const int TypeCheckedFrom = 22;

    /// <summary>The configuration for the object; one of a Scale is converted to its workload.</summary>
    public static JsonObject Check(ResourcePath path, JsonNode? body, int minor)
    {
        JsonObject configuration = body switch
        {
            null => [],
            JsonObject named => named,
            _ => throw StatusErrors.BadRequest(
                "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal "
                    + $"{(body is JsonArray ? "array" : "string")} into Go value of type map[string]interface {{}}"
            ),
        };
        (string expected, string expectedKind) =
            path.Subresource == "scale" ? (ScaleView.ApiVersion, "Scale") : (path.ApiVersion, path.Kind.Kind);
        string version = configuration.Text("apiVersion") ?? "",
            kind = configuration.Text("kind") ?? "";
        if (minor >= TypeCheckedFrom && (version != expected || kind != expectedKind))
        {
            string formatted = version.Contains('/', StringComparison.Ordinal) ? version : "/" + version;
            throw StatusErrors.BadRequest($"invalid object type: {formatted}, Kind={kind}");
        }

        if (version != expected)
            throw StatusErrors.BadRequest(
                $"Incorrect version specified in apply patch. Specified patch version: {version}, expected: {expected}"
            );
        if (kind != expectedKind)
            throw StatusErrors.BadRequest($"no kind \"{kind}\" is registered for version \"{version}\" in scheme \"sandbox\"");
        if (configuration.Object("metadata")?["managedFields"] is not null)
            throw StatusErrors.BadRequest("metadata.managedFields must be nil");
        if (path.Subresource != "scale")
            return configuration;
        if (string.IsNullOrEmpty(configuration.Object("metadata").Text("name")))
            throw StatusErrors.NameMissing(path.Name);
        if (configuration.Object("metadata").Text("name") is { } name && name != path.Name)
            throw StatusErrors.BadRequest($"the name of the object ({name}) does not match the name on the URL ({path.Name})");
        return OfScale(path, configuration);
    }

    private static JsonObject OfScale(ResourcePath path, JsonObject scale)
    {
        var workload = new JsonObject
        {
            ["apiVersion"] = path.ApiVersion,
            ["kind"] = path.Kind.Kind,
            ["metadata"] = scale["metadata"]!.DeepClone(),
        };
        if (scale.Object("spec")?["replicas"] is { } replicas)
            workload["spec"] = new JsonObject { ["replicas"] = replicas.DeepClone() };
        return workload;
    }
}

using NodeManager.Sandbox.Api.Bodies;
using NodeManager.Sandbox.Api.Requests;

namespace NodeManager.Sandbox.Api.OpenApi;

/// <summary>Serves OpenAPI: version 3 in JSON per group; version 2 also in Protocol Buffers for kubectl.</summary>
internal sealed class OpenApiHandler(KindCatalog catalog)
{
    private const int Version3From = 24;

    /// <summary>Null for another path.</summary>
    public ApiResponse? TryAnswer(IncomingRequest request)
    {
        if (request.Method != "GET" || !request.Path.StartsWith("/openapi/", StringComparison.Ordinal))
            return null;
        return request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
        {
            ["openapi", "v2"] => WriteSecond(request.Accept),
            ["openapi", "v3"] when catalog.Minor >= Version3From => ApiResponse.Json(Index()),
            ["openapi", "v3", "api", var version] when catalog.Minor >= Version3From => Describe("", version),
            ["openapi", "v3", "apis", var group, var version] when catalog.Minor >= Version3From => Describe(group, version),
            _ => null,
        };
    }

    public static JsonObject Info(int minor) => new() { ["title"] = "Kubernetes", ["version"] = $"v1.{minor}.2-sandbox" };

    public static JsonObject Identity(ResourceKind kind, string version) =>
        new()
        {
            ["group"] = kind.Group,
            ["kind"] = kind.Kind,
            ["version"] = version,
        };

    /// <summary>Options of writes, which clients use for feature detection.</summary>
    public static string[] WriteOptions(int minor) =>
        minor >= FieldValidation.ServedFrom ? ["dryRun", "fieldManager", "fieldValidation"] : ["dryRun", "fieldManager"];

    public static string ObjectPath(ResourceKind kind, string version) => CollectionPath(kind, version) + "/{name}";

    public static string CollectionPath(ResourceKind kind, string version) =>
        $"/{(kind.Group.Length == 0 ? "api" : "apis/" + kind.Group)}/{version}/{(kind.IsNamespaced ? "namespaces/{namespace}/" : "")}{kind.Plural}";

    private ApiResponse WriteSecond(string accept)
    {
        JsonObject document = OpenApiV2.Write(catalog);
        return accept.Contains("proto-openapi", StringComparison.Ordinal)
            ? new() { ContentType = OpenApiV2Protobuf.MediaType, Segments = [OpenApiV2Protobuf.Write(document)] }
            : ApiResponse.Json(document);
    }

    private JsonObject Index()
    {
        var paths = new JsonObject();
        foreach ((string group, string[] versions) in catalog.Groups().Prepend(("", ["v1"])))
        {
            foreach (string version in versions)
            {
                string path = group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
                paths[path] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}" };
            }
        }

        return new() { ["paths"] = paths };
    }

    private ApiResponse? Describe(string group, string version)
    {
        ResourceKind[] kinds = [.. catalog.Served(group, version)];
        return kinds.Length == 0 ? null : ApiResponse.Json(OpenApiV3.Write(kinds, version, catalog.Minor));
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Yaml;

namespace NodeManager.Providers.Tests.PoolContract;

/// <summary>One operation of the specification.</summary>
/// <param name="Id">Its operationId.</param>
/// <param name="Method">In upper case.</param>
/// <param name="Path">With parameters in braces, below the host.</param>
/// <param name="Query">The query parameters by name.</param>
/// <param name="Body">The schema of the body; null for none.</param>
/// <param name="Answers">The schema of each documented status; null for one without a body.</param>
/// <param name="IsPublic">True where no token is needed.</param>
internal sealed record PoolOperation(
    string Id,
    string Method,
    string Path,
    IReadOnlyDictionary<string, JsonObject> Query,
    JsonObject? Body,
    IReadOnlyDictionary<int, JsonObject?> Answers,
    bool IsPublic
);

/// <summary>The specification of the pool service, with the base path and the health path normalized.</summary>
internal static class PoolSpecification
{
    private static readonly JsonObject Document = YamlJsonReader
        .Read(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "PoolContract", "Data", "openapi-spec.yaml")))
        .Root!.AsObject();

    public static JsonObject Definitions { get; } = Document["definitions"]!.AsObject();

    public static SwaggerSchema Schema { get; } = new(Definitions);

    public static IReadOnlyList<PoolOperation> Operations { get; } =
    [
        .. Document["paths"]!
            .AsObject()
            .SelectMany(static path =>
                path.Value!.AsObject()
                    .Where(static one => one.Key is "get" or "put" or "post" or "delete")
                    .Select(one => Read(path.Key, one.Key, one.Value!.AsObject()))
            ),
    ];

    public static PoolOperation Operation(string id) => Operations.Single(one => one.Id == id);

    /// <summary>The specification as a mock server takes it: the health path is not below the base path.</summary>
    public static string Normalized()
    {
        JsonObject copy = Document.DeepClone().AsObject(),
            paths = copy["paths"]!.AsObject(),
            normalized = [];
        foreach ((string path, JsonNode? value) in paths)
            normalized[path == "/../../health" ? path : "/api/v1" + path] = value!.DeepClone();
        normalized["/health"] = normalized["/../../health"]!.DeepClone();
        normalized.Remove("/../../health");
        copy["paths"] = normalized;
        copy["basePath"] = "/";
        copy["host"] = "127.0.0.1";
        copy["schemes"] = new JsonArray("http");
        return copy.ToJsonString();
    }

    private static PoolOperation Read(string path, string method, JsonObject operation)
    {
        JsonObject[] parameters = [.. (operation["parameters"] as JsonArray ?? []).Select(static one => one!.AsObject())];
        return new(
            operation["operationId"]!.GetValue<string>(),
            method.ToUpperInvariant(),
            path == "/../../health" ? "/health" : "/api/v1" + path,
            parameters
                .Where(static one => one["in"]!.GetValue<string>() == "query")
                .ToDictionary(static one => one["name"]!.GetValue<string>()),
            parameters.FirstOrDefault(static one => one["in"]!.GetValue<string>() == "body")?["schema"]!.AsObject(),
            operation["responses"]!
                .AsObject()
                .ToDictionary(
                    static one => int.Parse(one.Key, CultureInfo.InvariantCulture),
                    static one => one.Value!["schema"] as JsonObject
                ),
            operation["security"] is JsonArray { Count: 0 }
        );
    }
}

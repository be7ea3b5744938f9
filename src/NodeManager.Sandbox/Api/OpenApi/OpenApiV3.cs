using System.Text.Json.Nodes;
using NodeManager.Sandbox.CustomResources;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Kinds.Schema;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Api.OpenApi;

/// <summary>A group's description in OpenAPI 3: which options its requests take, and the fields of its kinds.</summary>
internal static class OpenApiV3
{
    private const string Reference = "#/components/schemas/";

    public static JsonObject Write(ResourceKind[] kinds, string group, string version, int minor)
    {
        var paths = new JsonObject();
        var schemas = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (ResourceKind kind in kinds)
        {
            paths[OpenApiHandler.ObjectPath(kind, version)] = Operations(kind, version, minor);
            if (kind.Custom is { } custom)
            {
                Collect("ObjectMeta", schemas);
                schemas[CustomName(kind, version)] = Custom(custom.At(version), Identity(kind, version));
                continue;
            }

            Collect(kind.SchemaType, schemas);
            if (!schemas.TryGetValue(kind.SchemaType, out JsonObject? schema)) continue;
            schema["x-kubernetes-group-version-kind"] = new JsonArray(Identity(kind, version));
            JsonObject properties = schema["properties"]!.AsObject();
            properties["apiVersion"] = new JsonObject { ["type"] = "string" };
            properties["kind"] = new JsonObject { ["type"] = "string" };
        }

        return new()
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = $"v1.{minor}.2-sandbox" },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject([.. schemas.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))]),
            },
        };
    }

    // As real servers name them: com.example.v1.Widget of example.com.
    private static string CustomName(ResourceKind kind, string version) => $"{string.Join('.', kind.Group.Split('.').Reverse())}.{version}.{kind.Kind}";

    private static JsonObject Custom(CustomVersion version, JsonObject identity)
    {
        JsonObject schema = version.SchemaDocument.DeepClone().AsObject();
        schema["x-kubernetes-group-version-kind"] = new JsonArray(identity);
        schema["type"] = "object";
        JsonObject properties = schema.Ensure("properties");
        foreach (string member in (ReadOnlySpan<string>)["apiVersion", "kind"]) properties.Default(member, new JsonObject { ["type"] = "string" });
        properties["metadata"] = Value("ObjectMeta");
        return schema;
    }

    private static JsonObject Operations(ResourceKind kind, string version, int minor)
    {
        JsonObject Operation(string action, params string[] options) => new()
        {
            ["x-kubernetes-action"] = action,
            ["x-kubernetes-group-version-kind"] = Identity(kind, version),
            ["parameters"] = new JsonArray([.. options.Select(static option => new JsonObject
            {
                ["name"] = option, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true },
            })]),
            ["responses"] = new JsonObject(),
        };

        string[] options = minor >= FieldValidation.ServedFrom ? ["dryRun", "fieldManager", "fieldValidation"] : ["dryRun", "fieldManager"];
        return new()
        {
            ["get"] = Operation("get"),
            ["put"] = Operation("put", options),
            ["patch"] = Operation("patch", options),
            ["delete"] = Operation("delete", "dryRun", "gracePeriodSeconds", "propagationPolicy"),
        };
    }

    private static JsonObject Identity(ResourceKind kind, string version) => new() { ["group"] = kind.Group, ["kind"] = kind.Kind, ["version"] = version };

    // A type and all that it holds.
    private static void Collect(string type, SortedDictionary<string, JsonObject> into)
    {
        if (into.ContainsKey(type) || ApiSchema.Instance.Members(type) is not { } members) return;
        var properties = new JsonObject();
        into[type] = new() { ["type"] = "object", ["properties"] = properties };
        foreach ((string name, SchemaField field) in members.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            properties[name] = field.Shape switch
            {
                SchemaShape.List => new JsonObject { ["type"] = "array", ["items"] = Value(field.Type) },
                SchemaShape.Map => new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(field.Type) },
                _ => Value(field.Type),
            };
            Collect(field.Type, into);
        }
    }

    private static JsonObject Value(string type) => type switch
    {
        "string" or "quantity" => new() { ["type"] = "string" },
        "bool" => new() { ["type"] = "boolean" },
        "int32" or "int64" => new() { ["type"] = "integer", ["format"] = type },
        "double" => new() { ["type"] = "number", ["format"] = "double" },
        "bytes" => new() { ["type"] = "string", ["format"] = "byte" },
        "time" or "microtime" => new() { ["type"] = "string", ["format"] = "date-time" },
        "intOrString" => new() { ["type"] = "string", ["format"] = "int-or-string" },
        "strings" => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
        "raw" => new() { ["type"] = "object" },
        _ => new() { ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = Reference + type }), ["default"] = new JsonObject() },
    };
}

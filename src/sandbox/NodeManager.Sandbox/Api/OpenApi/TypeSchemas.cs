using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Api.OpenApi;

/// <summary>
/// OpenAPI schemas of the API's types by their public names (<c>io.k8s.api.core.v1.Node</c>): added kinds with all referenced types.
/// </summary>
/// <param name="minor">Fields of later versions are omitted.</param>
/// <param name="reference">The prefix of references.</param>
/// <param name="isWrapped">References are wrapped in <c>allOf</c>, as in version 3.</param>
internal sealed class TypeSchemas(int minor, string reference, bool isWrapped)
{
    private const int ListTypesFrom = 22;
    private const int ValuesFrom = 24;
    private const string Metadata = "ObjectMeta";
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private const string Definitions = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.";

    private readonly SortedDictionary<string, JsonObject> _schemas = new(StringComparer.Ordinal);

    // Types of this group have the version of the added kind; other groups are at v1.
    private (string Group, string Version) _at;

    public JsonObject ToJson() => new([.. _schemas.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))]);

    public void Add(ResourceKind kind, string version)
    {
        if (ApiSchema.Instance.Members(kind.SchemaType) is null)
            return;
        _at = (ApiSchema.Instance.Group(kind.SchemaType), version);
        Collect(kind.SchemaType);
    }

    public void Add(ResourceKind kind, string version, JsonObject schema)
    {
        // In version 2, properties are exhaustive: kubectl would refuse unknown ones.
        if (!isWrapped && schema.Flag("x-kubernetes-preserve-unknown-fields") == true)
            schema = [];
        else
            Describe(schema);
        schema["type"] = "object";
        schema["x-kubernetes-group-version-kind"] = new JsonArray(OpenApiHandler.Identity(kind, version));

        // As in real servers: com.example.v1.Widget of example.com.
        _schemas[$"{string.Join('.', kind.Group.Split('.').Reverse())}.{version}.{kind.Kind}"] = schema;
    }

    private void Describe(JsonObject schema)
    {
        Collect(Metadata);
        Identify(schema);
        schema["properties"]!["metadata"] = Value(Metadata);
    }

    private static void Identify(JsonObject schema)
    {
        JsonObject properties = schema.Ensure("properties");
        foreach (string member in (ReadOnlySpan<string>)["apiVersion", "kind"])
            properties.Default(member, new JsonObject { ["type"] = "string" });
    }

    private void Collect(string type)
    {
        if (ApiSchema.Instance.Members(type) is not { } members)
        {
            if (Scalar(type) is { Name: { } scalar } known)
                _schemas.TryAdd(scalar, known.Schema);
            return;
        }

        string name = Name(type);
        if (_schemas.ContainsKey(name))
            return;
        JsonObject properties = [];
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        _schemas[name] = schema;
        if (minor >= ListTypesFrom && ApiSchema.Instance.IsAtomic(type, minor))
            schema["x-kubernetes-map-type"] = "atomic";
        var required = new JsonArray();
        foreach (
            (string member, SchemaField field) in members
                .OrderBy(static pair => pair.Key, StringComparer.Ordinal)
                .Where(pair => pair.Value.IsServedBy(minor))
        )
        {
            properties[member] = Property(field);
            if (field.IsRequired)
                required.Add(member);
            Collect(field.OpenApiName ?? field.Type);
        }

        if (required.Count > 0)
            schema["required"] = required;

        // Kinds may be parts of others: claims of stateful sets.
        if (BuiltInKinds.All.FirstOrDefault(kind => kind.SchemaType == type) is not { } kind)
            return;
        Identify(schema);
        schema["x-kubernetes-group-version-kind"] = new JsonArray(
            OpenApiHandler.Identity(kind, ApiSchema.Instance.Group(type) == _at.Group ? _at.Version : "v1")
        );
    }

    private JsonObject Property(SchemaField field)
    {
        JsonObject one = Value(field.OpenApiName ?? field.Type);
        if (field.Values is { } values && minor >= ValuesFrom)
            one["enum"] = new JsonArray([.. values.Select(static value => JsonValue.Create(value))]);
        JsonObject property = field.Shape switch
        {
            SchemaShape.List => new() { ["type"] = "array", ["items"] = one },
            SchemaShape.Map => new() { ["type"] = "object", ["additionalProperties"] = one },
            _ => one,
        };
        if (field.ListKeys is { } keys && minor >= ListTypesFrom)
        {
            property["x-kubernetes-list-type"] = keys.Length == 0 ? "set" : "map";
            if (keys.Length > 0)
                property["x-kubernetes-list-map-keys"] = new JsonArray([.. keys.Select(static key => JsonValue.Create(key))]);
        }

        if (field.MergeKey is { Length: > 0 } mergeKey)
            property["x-kubernetes-patch-merge-key"] = mergeKey;
        if (Strategy(field) is { } strategy)
            property["x-kubernetes-patch-strategy"] = strategy;
        return property;
    }

    private string? Strategy(SchemaField field) =>
        (field.MergeKey, field.RetainsKeys) switch
        {
            _ when minor >= field.ReplacesFrom => "replace",
            (null, false) => null,
            (null, true) => "retainKeys",
            (_, true) => "merge,retainKeys",
            _ => "merge",
        };

    private JsonObject Value(string type) =>
        type switch
        {
            "string" => new() { ["type"] = "string" },
            "bool" => new() { ["type"] = "boolean" },
            "int32" or "int64" => new() { ["type"] = "integer", ["format"] = type },
            "double" => new() { ["type"] = "number", ["format"] = "double" },
            "bytes" => new() { ["type"] = "string", ["format"] = "byte" },
            "strings" => new()
            {
                ["type"] = "array",
                ["items"] = new JsonObject { ["type"] = "string" },
            },
            _ => Refer(Scalar(type) is { } known ? known.Name : Name(type)),
        };

    private JsonObject Refer(string name)
    {
        var target = new JsonObject { ["$ref"] = reference + name };
        return isWrapped ? new() { ["allOf"] = new JsonArray(target), ["default"] = new JsonObject() } : target;
    }

    // Special forms of the API. Only version 3 can express a value of several types.
    private (string Name, JsonObject Schema)? Scalar(string type) =>
        type switch
        {
            "quantity" => (
                "io.k8s.apimachinery.pkg.api.resource.Quantity",
                isWrapped ? OneOf("string", "number") : new() { ["type"] = "string" }
            ),
            "time" => (Meta + "Time", new() { ["type"] = "string", ["format"] = "date-time" }),
            "microtime" => (Meta + "MicroTime", new() { ["type"] = "string", ["format"] = "date-time" }),
            "intOrString" => (
                "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
                isWrapped ? OneOf("integer", "string", "int-or-string") : new() { ["type"] = "string", ["format"] = "int-or-string" }
            ),
            "raw" => ("io.k8s.apimachinery.pkg.runtime.RawExtension", new() { ["type"] = "object" }),
            "FieldsV1" => (Meta + type, new() { ["type"] = "object" }),
            "CustomResourceSubresourceStatus" => ($"{Definitions}{type}", new() { ["type"] = "object" }),
            "JSON" or "JSONSchemaPropsOrArray" or "JSONSchemaPropsOrBool" or "JSONSchemaPropsOrStringArray" => ($"{Definitions}{type}", []),
            _ => null,
        };

    private static JsonObject OneOf(string one, string other, string? format = null)
    {
        JsonObject schema = new() { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = one }, new JsonObject { ["type"] = other }) };
        if (format is not null)
            schema["format"] = format;
        return schema;
    }

    private string Name(string type)
    {
        string group = ApiSchema.Instance.Group(type),
            name = ApiSchema.Instance.PublicName(type);
        return group switch
        {
            "meta" => $"{Meta}{name}",
            "apiextensions" => $"{Definitions}{name}",
            _ => $"io.k8s.api.{group}.{(group == _at.Group ? _at.Version : "v1")}.{name}",
        };
    }
}

using NodeManager.Sandbox.Model.Kinds.Custom.Schemas;

namespace NodeManager.Sandbox.Model.Kinds.Custom;

/// <summary>The rules of structural schemas. Source: the Kubernetes documentation, "Specifying a structural schema".</summary>
internal static class SchemaRules
{
    private const string Keeps = "x-kubernetes-preserve-unknown-fields";
    private const string ListType = "x-kubernetes-list-type";
    private const string ListKeys = "x-kubernetes-list-map-keys";
    private const string MapType = "x-kubernetes-map-type";
    private const string Embedded = "x-kubernetes-embedded-resource";
    private const string IntOrString = "x-kubernetes-int-or-string";

    // Definitions are validated by current rules.
    private const int Newest = 99;

    private static readonly string[] Types = ["array", "boolean", "integer", "number", "object", "string"];
    private static readonly string[] Combinations = ["allOf", "anyOf", "oneOf"];
    private static readonly string[] NotStructural = [Keeps, Embedded, IntOrString, ListType, ListKeys, MapType];

    public static void Check(JsonObject schema, string path, FieldErrors errors)
    {
        string type = schema.Text("type") ?? "";
        if (type.Length == 0)
            errors.Required(path + ".type", "must not be empty at the root");
        else if (type != "object")
            errors.Invalid(path + ".type", type, "must be object at the root");
        if (schema.Object("properties").Object("metadata") is { } metadata)
            CheckMetadata(metadata, path + ".properties[metadata]", errors);
        CheckPart(schema, path, errors);
    }

    private static void CheckMetadata(JsonObject metadata, string path, FieldErrors errors)
    {
        if (metadata.Text("type") is { Length: > 0 } type && type != "object")
            errors.Invalid(path + ".type", type, "must be object");
        if ((metadata.Object("properties") ?? []).Any(static pair => pair.Key is not ("name" or "generateName")))
            errors.Forbidden(path, "must not specify anything other than name and generateName, but metadata is implicitly specified");
    }

    private static void CheckPart(JsonObject schema, string path, FieldErrors errors)
    {
        string type = schema.Text("type") ?? "";
        if (type.Length > 0 && !Types.Contains(type))
            errors.NotSupported(path + ".type", $"\"{type}\"", Types);
        CheckForbidden(schema, path, errors);
        CheckLists(schema, type, path, errors);
        CheckResource(schema, type, path, errors);
        if (schema[Keeps] is { } keeps && schema.Flag(Keeps) != true)
            errors.Invalid($"{path}.{Keeps}", keeps, "must be true or undefined");
        if (schema.Text(MapType) is { } map && map is not ("atomic" or "granular"))
            errors.NotSupported($"{path}.{MapType}", $"\"{map}\"", "atomic", "granular");
        if (schema.Text("pattern") is { } pattern && GoPattern.Read(pattern) is null)
            errors.Invalid(path + ".pattern", pattern, "must be a valid regular expression, but isn't");
        if (schema["default"] is { } given)
            CheckDefault(schema, given, path, errors);
        foreach ((string name, JsonNode? property) in schema.Object("properties") ?? [])
            CheckInner(property, $"{path}.properties[{name}]", "must not be empty for specified object fields", errors);
        if (schema["additionalProperties"] is JsonObject additional)
            CheckInner(additional, path + ".additionalProperties", "must not be empty for specified object fields", errors);
        if (schema["items"] is JsonObject items)
            CheckInner(items, path + ".items", "must not be empty for specified array items", errors);
        CheckCombinations(schema, path, errors);
    }

    private static void CheckInner(JsonNode? node, string path, string needsType, FieldErrors errors)
    {
        if (node is not JsonObject schema)
            return;
        if (string.IsNullOrEmpty(schema.Text("type")) && schema.Flag(IntOrString) != true && schema.Flag(Keeps) != true)
            errors.Required(path + ".type", needsType);
        CheckPart(schema, path, errors);
    }

    private static void CheckForbidden(JsonObject schema, string path, FieldErrors errors)
    {
        if (schema["$ref"] is not null)
            errors.Forbidden(path + ".$ref", "$ref is not supported");
        foreach (string member in (ReadOnlySpan<string>)["definitions", "dependencies", "patternProperties", "additionalItems", "id"])
            if (schema[member] is not null)
                errors.Forbidden($"{path}.{member}", $"{member} is not supported");
        if (schema.Flag("uniqueItems") == true)
            errors.Forbidden(path + ".uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        if (
            (schema["additionalProperties"] is JsonObject || schema.Flag("additionalProperties") == false)
            && schema.Object("properties") is { Count: > 0 }
        )
            errors.Forbidden(path + ".additionalProperties", "additionalProperties and properties are mutual exclusive");
    }

    private static void CheckLists(JsonObject schema, string type, string path, FieldErrors errors)
    {
        if (schema["items"] is JsonArray)
            errors.Forbidden(path + ".items", "items must be a schema object and not an array");
        else if (type == "array" && schema["items"] is null)
            errors.Required(path + ".items", "must be specified");
        if (schema.Text(ListType) is not { } list)
            return;
        if (type != "array")
            errors.Invalid(path + ".type", type, $"must be array if {ListType} is specified");
        if (list is not ("atomic" or "set" or "map"))
            errors.NotSupported($"{path}.{ListType}", $"\"{list}\"", "atomic", "set", "map");
        JsonObject? items = schema.Object("items");
        if (list == "set" && items.Text("type") == "object" && items.Text(MapType) != "atomic")
            errors.Invalid($"{path}.items.{MapType}", items?[MapType], $"must be atomic as item of a list with {ListType}=set");
        if (list != "map")
            return;
        JsonArray keys = schema.Array(ListKeys) ?? [];
        if (keys.Count == 0)
            errors.Required($"{path}.{ListKeys}", $"must not be empty if {ListType} is map");
        foreach (string key in keys.Select(static one => (string?)one ?? ""))
        {
            if (items.Object("properties").Object(key) is not { } property)
                errors.Invalid($"{path}.{ListKeys}", keys, "entries must all be names of item properties");
            else if (property["default"] is null && !(items.Array("required") ?? []).Any(one => (string?)one == key))
                errors.Required(
                    $"{path}.items.properties[{key}].default",
                    $"this property is in {ListKeys}, so it must have a default or be a required property"
                );
        }
    }

    private static void CheckResource(JsonObject schema, string type, string path, FieldErrors errors)
    {
        if (schema.Flag(Embedded) != true)
            return;
        if (schema.Object("properties") is null or { Count: 0 } && schema.Flag(Keeps) != true)
            errors.Required(path + ".properties", $"must not be empty if {Embedded} is true without {Keeps}");
        if (type != "object")
            errors.Invalid(path + ".type", type, $"must be object if {Embedded} is true");
    }

    private static void CheckDefault(JsonObject schema, JsonNode given, string path, FieldErrors errors)
    {
        SchemaNode node = SchemaNode.Read(schema);
        if (given is JsonObject members)
        {
            JsonObject pruned = members.DeepClone().AsObject();
            if (SchemaPruning.Prune(pruned, node).Count > 0)
                errors.Invalid(path + ".default", given, "must not have unknown fields");
        }

        var faults = new FieldErrors(errors.Minor);
        new SchemaValidator(faults, Newest).CheckNode(given, node, "");
        foreach ((string reason, string field, string detail) in faults.Faults)
            errors.Add(reason, field.Length == 0 ? path + ".default" : $"{path}.default.{field}", detail);
    }

    // Parts of combinations may restrict values, but not declare properties.
    private static void CheckCombinations(JsonObject schema, string path, FieldErrors errors)
    {
        foreach (string member in Combinations)
        {
            JsonArray parts = schema.Array(member) ?? [];
            for (int i = 0; i < parts.Count; i++)
                CheckRestriction(parts[i], $"{path}.{member}[{i}]", schema.Flag(IntOrString) == true, errors);
        }

        CheckRestriction(schema["not"], path + ".not", false, errors);
    }

    private static void CheckRestriction(JsonNode? node, string path, bool mayHaveType, FieldErrors errors)
    {
        if (node is not JsonObject part)
            return;
        foreach ((string name, JsonNode? property) in part.Object("properties") ?? [])
            CheckRestriction(property, $"{path}.properties[{name}]", false, errors);
        CheckRestriction(part["items"], path + ".items", false, errors);
        foreach (string member in Combinations)
        {
            JsonArray parts = part.Array(member) ?? [];
            for (int i = 0; i < parts.Count; i++)
                CheckRestriction(parts[i], $"{path}.{member}[{i}]", mayHaveType, errors);
        }

        CheckRestriction(part["not"], path + ".not", false, errors);
        if (!mayHaveType && !string.IsNullOrEmpty(part.Text("type")))
            errors.Forbidden(path + ".type", "must be empty to be structural");
        foreach (string member in (ReadOnlySpan<string>)["title", "description"])
            if (!string.IsNullOrEmpty(part.Text(member)))
                errors.Forbidden($"{path}.{member}", "must be empty to be structural");
        foreach (string member in (ReadOnlySpan<string>)["default", "additionalProperties"])
            if (part[member] is not null)
                errors.Forbidden($"{path}.{member}", "must be undefined to be structural");
        if (part.Flag("nullable") == true)
            errors.Forbidden(path + ".nullable", "must be false to be structural");
        foreach (string member in NotStructural)
            if (part[member] is not null)
                errors.Forbidden($"{path}.{member}", "must be empty to be structural");
    }
}

using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NodeManager.Sandbox.Model.Resources;

/// <summary>
/// A part of a structural schema for pruning, defaulting and validation. Source: OpenAPI 3 as allowed in CustomResourceDefinitions.
/// </summary>
internal sealed class SchemaNode
{
    private SchemaNode(JsonObject schema)
    {
        Type = schema.Text("type") ?? "";
        Format = schema.Text("format") ?? "";
        IsNullable = schema.Flag("nullable") == true;
        IsIntOrString = schema.Flag("x-kubernetes-int-or-string") == true;
        KeepsUnknown = schema.Flag("x-kubernetes-preserve-unknown-fields") == true;
        IsResource = schema.Flag("x-kubernetes-embedded-resource") == true;
        ListType = schema.Text("x-kubernetes-list-type") ?? "";
        ListKeys = Texts(schema.Array("x-kubernetes-list-map-keys"));
        Required = Texts(schema.Array("required"));
        Default = schema["default"];
        Enum = schema.Array("enum");
        PatternText = schema.Text("pattern");
        Pattern = PatternText is null ? null : GoPattern.Read(PatternText);
        (Minimum, Maximum, MultipleOf) = (Amount(schema, "minimum"), Amount(schema, "maximum"), Amount(schema, "multipleOf"));
        (IsMinimumExclusive, IsMaximumExclusive) = (schema.Flag("exclusiveMinimum") == true, schema.Flag("exclusiveMaximum") == true);
        (MinLength, MaxLength) = (schema.Number("minLength"), schema.Number("maxLength"));
        (MinItems, MaxItems) = (schema.Number("minItems"), schema.Number("maxItems"));
        (MinProperties, MaxProperties) = (schema.Number("minProperties"), schema.Number("maxProperties"));
        foreach ((string name, JsonNode? value) in schema.Object("properties") ?? [])
            if (value is JsonObject property)
                Properties[name] = new(property);
        HasAdditional = schema["additionalProperties"] is JsonObject || schema.Flag("additionalProperties") == true;
        Additional = schema["additionalProperties"] is JsonObject additional ? new(additional) : null;
        Items = schema["items"] is JsonObject items ? new(items) : null;
        AllOf = ReadList(schema.Array("allOf"));
        AnyOf = ReadList(schema.Array("anyOf"));
        OneOf = ReadList(schema.Array("oneOf"));
        Not = schema["not"] is JsonObject not ? new(not) : null;
        HasDefaults =
            Default is not null
            || Properties.Values.Any(static one => one.HasDefaults)
            || Additional?.HasDefaults == true
            || Items?.HasDefaults == true;
    }

    public string Type { get; }

    public string Format { get; }

    public bool IsNullable { get; }

    public bool IsIntOrString { get; }

    /// <summary>Unknown members are kept.</summary>
    public bool KeepsUnknown { get; }

    /// <summary>It holds an object with kind, apiVersion and metadata; true for the root.</summary>
    public bool IsResource { get; private init; }

    public bool IsRoot { get; private init; }

    public Dictionary<string, SchemaNode> Properties { get; } = new(StringComparer.Ordinal);

    /// <summary>The schema of additional members; null where they may be anything or are forbidden.</summary>
    public SchemaNode? Additional { get; }

    public bool HasAdditional { get; }

    public SchemaNode? Items { get; }

    /// <summary><c>atomic</c>, <c>set</c> or <c>map</c>; empty by default.</summary>
    public string ListType { get; }

    public string[] ListKeys { get; }

    public string[] Required { get; }

    /// <summary>Read-only.</summary>
    public JsonNode? Default { get; }

    /// <summary>It or a nested schema has a default.</summary>
    public bool HasDefaults { get; }

    public JsonArray? Enum { get; }

    public string? PatternText { get; }

    public Regex? Pattern { get; }

    public decimal? Minimum { get; }

    public decimal? Maximum { get; }

    public decimal? MultipleOf { get; }

    public bool IsMinimumExclusive { get; }

    public bool IsMaximumExclusive { get; }

    public long? MinLength { get; }

    public long? MaxLength { get; }

    public long? MinItems { get; }

    public long? MaxItems { get; }

    public long? MinProperties { get; }

    public long? MaxProperties { get; }

    public SchemaNode[] AllOf { get; }

    public SchemaNode[] AnyOf { get; }

    public SchemaNode[] OneOf { get; }

    public SchemaNode? Not { get; }

    public static SchemaNode Read(JsonObject schema) => new(schema);

    public static SchemaNode ReadRoot(JsonObject schema) => new(schema) { IsRoot = true, IsResource = true };

    private static decimal? Amount(JsonObject schema, string member) =>
        schema[member] is JsonValue value
        && value.GetValueKind() == JsonValueKind.Number
        && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal amount)
            ? amount
            : null;

    private static string[] Texts(JsonArray? list) => [.. (list ?? []).Select(static one => (string?)one ?? "")];

    private static SchemaNode[] ReadList(JsonArray? list) =>
        [.. (list ?? []).OfType<JsonObject>().Select(static one => new SchemaNode(one))];
}

using System.Text.Json;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Sandbox.Model.Schema;

/// <summary>
/// Normalizes documents of built-in kinds as the real server does by decoding and encoding them: drops nulls and empty values that mean
/// absent, and adds fields of elements that are always encoded, such as null times.
/// </summary>
internal sealed class CanonicalForm
{
    private readonly int _minor;

    private CanonicalForm(int minor) => _minor = minor;

    public static void Apply(JsonObject document, string type, int minor) => new CanonicalForm(minor).Clean(document, type);

    private void Clean(JsonObject owner, string type)
    {
        if (ApiSchema.Instance.Members(type) is not { } members)
            return;
        List<string>? gone = null;
        List<(string Name, JsonValue Amount)>? amounts = null;
        foreach ((string name, JsonNode? value) in owner)
        {
            if (!members.TryGetValue(name, out SchemaField? field))
                continue;
            if (value is null ? !IsNullWritten(field) : CleanValue(value, field))
                (gone ??= []).Add(name);
            else if (field is { Type: "quantity", Shape: SchemaShape.One } && Canonical(value!) is { } amount)
                (amounts ??= []).Add((name, amount));
        }

        foreach ((string name, JsonValue amount) in amounts ?? [])
            owner[name] = amount;

        foreach (string name in gone ?? [])
            owner.Remove(name);
        foreach ((string name, SchemaField field) in members)
        {
            if (field.Shape != SchemaShape.One || !field.IsAlwaysAt(_minor) || owner.ContainsKey(name))
                continue;
            if (IsNullWritten(field))
                owner[name] = null;
            else if (Zero(field.Type) is { } zero)
                owner[name] = zero;
        }
    }

    private bool IsNullWritten(SchemaField field) =>
        field is { Shape: SchemaShape.One, Type: "time" or "microtime" } && field.IsAlwaysAt(_minor);

    // True where the field is not encoded.
    private bool CleanValue(JsonNode value, SchemaField field)
    {
        switch (value)
        {
            case JsonObject inner when field.Shape == SchemaShape.One:
                Clean(inner, field.Type);
                return false;
            case JsonObject map when field.Shape == SchemaShape.Map:
                if (field.Type == "quantity")
                    CleanAmounts(map);
                if (field.Type is "string" or "bytes")
                    EmptyNulls(map);
                foreach ((_, JsonNode? one) in map)
                    if (one is JsonObject element)
                        Clean(element, field.Type);
                return map.Count == 0 && !field.IsAlwaysAt(_minor);
            case JsonArray list when field.Shape == SchemaShape.List:
                for (int i = 0; i < list.Count; i++)
                {
                    // A null is decoded as an empty element.
                    if (list[i] is null && Empty(field.Type) is { } empty)
                        list[i] = empty;
                    if (list[i] is JsonObject element)
                        Clean(element, field.Type);
                }

                return list.Count == 0 && !field.IsAlwaysAt(_minor);
            case JsonValue plain when field is { Shape: SchemaShape.One, IsOptional: false } && !field.IsAlwaysAt(_minor):
                return field.Type switch
                {
                    "string" or "bytes" => plain.GetValueKind() == JsonValueKind.String && (string)plain! is "",
                    "bool" => plain.GetValueKind() == JsonValueKind.False,
                    "int32" or "int64" => plain.GetValueKind() == JsonValueKind.Number && plain.ToJsonString() is "0",
                    _ => false,
                };
            default:
                return false;
        }
    }

    // A null is decoded as empty text.
    private static void EmptyNulls(JsonObject map)
    {
        if (!map.Any(static pair => pair.Value is null))
            return;
        foreach ((string name, JsonNode? value) in map.ToArray())
            if (value is null)
                map[name] = "";
    }

    // A null is decoded as zero.
    private static void CleanAmounts(JsonObject map)
    {
        foreach ((string name, JsonNode? value) in map.ToArray())
            if ((value is null ? JsonValue.Create("0") : Canonical(value)) is { } amount)
                map[name] = amount;
    }

    // The canonical text of an amount; null if unchanged.
    private static JsonValue? Canonical(JsonNode value)
    {
        bool isText = value.GetValueKind() == JsonValueKind.String;
        string text = isText ? (string)value! : value.ToJsonString();
        if (!Quantity.TryParse(text, out Quantity quantity))
            return null;
        return isText && quantity.CanonicalText == text ? null : JsonValue.Create(quantity.CanonicalText);
    }

    private static JsonNode? Empty(string type) => ApiSchema.Instance.Members(type) is null ? Zero(type) : new JsonObject();

    private static JsonValue? Zero(string type) =>
        type switch
        {
            "string" => JsonValue.Create(""),
            "bool" => JsonValue.Create(false),
            "int32" or "int64" => JsonValue.Create(0),
            _ => null,
        };
}

using System.Globalization;
using System.Text.Json;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Sandbox.Model.Schema;

/// <summary>Finds values of a wrong type: text for a number, a list for an object.</summary>
internal sealed class ValueTypes
{
    private const string QuantityFault = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

    private readonly bool _isConverted;

    private ValueTypes(bool isConverted) => _isConverted = isConverted;

    /// <summary>The first fault in document order, with the API's message; null for none.</summary>
    /// <param name="isConverted">The server converts the document instead of decoding it, with other messages.</param>
    public static string? FindFault(JsonObject document, string type, bool isConverted) =>
        new ValueTypes(isConverted).FindIn(document, type, "");

    private string? FindIn(JsonObject document, string type, string at)
    {
        if (ApiSchema.Instance.Members(type) is not { } members)
            return null;
        foreach ((string name, JsonNode? value) in document)
        {
            if (value is null || !members.TryGetValue(name, out SchemaField? field))
                continue;
            string path = (at.Length == 0 ? "" : at + ".") + field.Within + name;
            if (Find(value, field, $"{type}.{path}", path) is { } fault)
                return fault;
        }

        return null;
    }

    private string? Find(JsonNode value, SchemaField field, string named, string path)
    {
        // In a definition, a boolean or a list may replace a schema.
        if (field.OpenApiName == "JSONSchemaPropsOrBool" && value.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
            return null;
        if (field.OpenApiName == "JSONSchemaPropsOrArray" && value is JsonArray schemas)
            return schemas
                .Select(one => one is null ? null : FindOne(one, field.Type, named, path))
                .FirstOrDefault(static fault => fault is not null);
        switch (field.Shape)
        {
            case SchemaShape.List:
                if (value is not JsonArray list)
                    return Wrong(value, named, "[]" + Display(field.Type));
                return list.Select(one => one is null ? null : FindOne(one, field.Type, named, path))
                    .FirstOrDefault(static fault => fault is not null);
            case SchemaShape.Map:
                if (value is not JsonObject map)
                    return Wrong(value, named, $"map[string]{Display(field.Type)}");
                return map.Select(pair => pair.Value is null ? null : FindOne(pair.Value, field.Type, named, path))
                    .FirstOrDefault(static fault => fault is not null);
            default:
                return FindOne(value, field.Type, named, path);
        }
    }

    private string? FindOne(JsonNode value, string type, string named, string path)
    {
        JsonValueKind kind = value.GetValueKind();
        switch (type)
        {
            case "raw":
                return null;
            case "string":
                return kind == JsonValueKind.String ? null : Wrong(value, named, type);
            case "bool":
                return kind is JsonValueKind.True or JsonValueKind.False ? null : Wrong(value, named, type);
            case "int32" or "int64":
                return IsInteger(value, type) ? null : WrongNumber(value, named, type);
            case "double":
                return kind == JsonValueKind.Number ? null : Wrong(value, named, "float64");
            case "intOrString":
                return kind == JsonValueKind.String || IsInteger(value, "int32") ? null : WrongNumber(value, named, "int32");
            case "time" or "microtime":
                return kind == JsonValueKind.String ? Time((string)value!, type) : Wrong(value, named, "string");
            case "quantity":
                return
                    kind is JsonValueKind.String or JsonValueKind.Number
                    && Quantity.TryParse(kind == JsonValueKind.String ? (string)value! : value.ToJsonString(), out _)
                    ? null
                    : QuantityFault;
            case "bytes":
                return kind == JsonValueKind.String ? Base64((string)value!) : Wrong(value, named, "[]uint8");
            case "strings":
                return value is JsonArray ? null : Wrong(value, named, "[]string");
            default:
                if (ApiSchema.Instance.Members(type) is null)
                    return null;
                return value is JsonObject inner ? FindIn(inner, type, path) : Wrong(value, named, Display(type));
        }
    }

    private static bool IsInteger(JsonNode value, string type) =>
        value.GetValueKind() == JsonValueKind.Number
        && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
        && (type == "int64" || number is >= int.MinValue and <= int.MaxValue);

    private string WrongNumber(JsonNode value, string named, string type) =>
        value.GetValueKind() != JsonValueKind.Number ? Wrong(value, named, type)
        : _isConverted ? $"cannot convert float64 to {type}"
        : $"json: cannot unmarshal number {value.ToJsonString()} into Go struct field {named} of type {type}";

    private string Wrong(JsonNode value, string named, string type) =>
        _isConverted
            ? type switch
            {
                _ when type.StartsWith("[]", StringComparison.Ordinal) => $"cannot restore slice from {Held(value)}",
                _ when type.StartsWith("map[", StringComparison.Ordinal) => $"cannot restore map from {Held(value)}",
                _ when type.StartsWith("v1.", StringComparison.Ordinal) => $"cannot restore struct from: {Held(value)}",
                _ => $"cannot convert {Held(value)} to {type}",
            }
            : $"json: cannot unmarshal {NameOf(value)} into Go struct field {named} of type {type}";

    /// <summary>The JSON type, as Go names it.</summary>
    public static string NameOf(JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            _ => "bool",
        };

    private static string Held(JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.Object => "map",
            JsonValueKind.Array => "slice",
            JsonValueKind.String => "string",
            JsonValueKind.Number => IsInteger(value, "int64") ? "int64" : "float64",
            _ => "bool",
        };

    private static string Display(string type) =>
        type switch
        {
            "string" or "bool" or "int32" or "int64" => type,
            "double" => "float64",
            "quantity" => "resource.Quantity",
            "bytes" => "[]uint8",
            "time" => "v1.Time",
            "microtime" => "v1.MicroTime",
            "intOrString" => "intstr.IntOrString",
            "strings" => "v1.ExtraValue",
            "raw" => "runtime.RawExtension",
            _ => "v1." + ApiSchema.Instance.PublicName(type),
        };

    private static string? Time(string text, string type)
    {
        if (text.Length == 0 && type == "time")
            return null;
        if (
            DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            && text.Contains('T', StringComparison.Ordinal)
        )
            return null;
        string layout = type == "time" ? "2006-01-02T15:04:05Z07:00" : "2006-01-02T15:04:05.000000Z07:00";
        return $"parsing time \"{text}\" as \"{layout}\": cannot parse \"{text}\" as \"2006\"";
    }

    private static string? Base64(string text)
    {
        string plain = text.Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
        var bytes = new byte[(plain.Length / 4 * 3) + 3];
        if (Convert.TryFromBase64String(plain, bytes, out _) && !plain.AsSpan().ContainsAny(' ', '\t'))
            return null;
        int wrong = plain.AsSpan().IndexOfAnyExcept(Base64Characters);
        return $"illegal base64 data at input byte {(wrong >= 0 ? wrong : plain.Length / 4 * 4)}";
    }

    private static readonly System.Buffers.SearchValues<char> Base64Characters = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
    );
}

using System.Globalization;
using System.Net.Mail;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NodeManager.Sandbox.Pools;

/// <summary>Validates JSON by a Swagger 2.0 schema, with the keywords that the service's specification uses.</summary>
internal static class PoolSchemaCheck
{
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    /// <summary>The first fault with the field's path; null for none.</summary>
    public static string? Find(JsonNode? value, JsonObject schema, string path, JsonObject definitions)
    {
        if (schema.Text("$ref") is { } reference)
            return Find(value, definitions.Object(reference[(reference.LastIndexOf('/') + 1)..])!, path, definitions);
        string at = path.Length == 0 ? "body" : path;
        switch (schema.Text("type"))
        {
            case "object":
                return value is JsonObject fields ? FindInObject(fields, schema, path, definitions) : $"{at} must be an object";
            case "array":
                return value is JsonArray items ? FindInArray(items, schema.Object("items"), path, definitions) : $"{at} must be an array";
            case "string":
                return value is JsonValue text && text.TryGetValue(out string? content)
                    ? FindInText(content, schema, at)
                    : $"{at} must be a string";
            case "boolean":
                return value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? null : $"{at} must be a boolean";
            case "integer":
                return value is JsonValue && Integer(value) is { } number ? FindInNumber(number, schema, at) : $"{at} must be an integer";
            default:
                return null;
        }
    }

    private static string? FindInObject(JsonObject fields, JsonObject schema, string path, JsonObject definitions)
    {
        string prefix = path.Length == 0 ? "" : path + ".";
        foreach (JsonNode? name in schema.Array("required") ?? [])
            if (fields[name!.GetValue<string>()] is null)
                return $"{prefix}{name} is required";
        JsonObject? known = schema.Object("properties");
        JsonObject? others = schema.Object("additionalProperties");
        foreach ((string name, JsonNode? field) in fields)
        {
            // Null is a missing field.
            if ((known.Object(name) ?? others) is not { } of || (field is null && known.Object(name) is not null))
                continue;
            if (Find(field, of, prefix + name, definitions) is { } fault)
                return fault;
        }

        return null;
    }

    private static string? FindInArray(JsonArray items, JsonObject? schema, string path, JsonObject definitions)
    {
        if (schema is null)
            return null;
        foreach ((int index, JsonNode? item) in items.Index())
            if (Find(item, schema, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), definitions) is { } fault)
                return fault;
        return null;
    }

    private static string? FindInText(string text, JsonObject schema, string at)
    {
        if (schema.Array("enum") is { } values && !values.Any(value => value!.GetValue<string>() == text))
            return $"{at} must be one of {string.Join(", ", values.Select(static value => value!.GetValue<string>()))}";
        if (text.Length < schema.Number("minLength"))
            return text.Length == 0 ? $"{at} is required" : $"{at} is too short";
        if (text.Length > schema.Number("maxLength"))
            return $"{at} must have at most {schema.Number("maxLength")} characters";
        if (
            schema.Text("pattern") is { } pattern
            && !Regex.IsMatch(text, pattern.EndsWith('$') ? pattern[..^1] + @"\z" : pattern, RegexOptions.None, PatternLimit)
        )
            return $"{at} must match {pattern}";
        return schema.Text("format") switch
        {
            "uuid" => Guid.TryParseExact(text, "D", out _) ? null : $"{at} must be a UUID",
            "email" => MailAddress.TryCreate(text, out _) ? null : $"{at} must be an email address",
            "date-time" => text.Contains('T', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
                ? null
                : $"{at} must be a date and time",
            _ => null,
        };
    }

    private static string? FindInNumber(long number, JsonObject schema, string at) =>
        number < schema.Number("minimum") ? $"{at} must be at least {schema.Number("minimum")}"
        : number > schema.Number("maximum") ? $"{at} must be at most {schema.Number("maximum")}"
        : null;

    private static long? Integer(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.Number
        && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
        && number == decimal.Truncate(number)
        && number is >= long.MinValue and <= long.MaxValue
            ? (long)number
            : null;
}

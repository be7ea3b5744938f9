using System.Globalization;
using System.Net.Mail;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NodeManager.Providers.Tests.PoolContract;

/// <summary>
/// Judges JSON by the schemas of the specification. Written from the rules of JSON Schema draft 4 as Swagger 2.0 uses them, and apart from
/// the embedded service's own check, which it judges.
/// </summary>
internal sealed class SwaggerSchema(JsonObject definitions)
{
    /// <summary>All faults, with their paths.</summary>
    public IReadOnlyList<string> Validate(JsonNode? value, JsonObject schema)
    {
        List<string> faults = [];
        Judge(value, schema, "$", faults);
        return faults;
    }

    private void Judge(JsonNode? value, JsonObject schema, string at, List<string> faults)
    {
        if (schema["$ref"] is { } reference)
        {
            Judge(value, definitions[reference.GetValue<string>()["#/definitions/".Length..]]!.AsObject(), at, faults);
            return;
        }

        string? type = schema["type"]?.GetValue<string>();
        JsonValueKind kind = value?.GetValueKind() ?? JsonValueKind.Null;
        bool fits = type switch
        {
            "object" => kind == JsonValueKind.Object,
            "array" => kind == JsonValueKind.Array,
            "string" => kind == JsonValueKind.String,
            "boolean" => kind is JsonValueKind.True or JsonValueKind.False,
            "integer" => kind == JsonValueKind.Number && WholeNumber(value!) is not null,
            _ => true,
        };
        if (!fits)
        {
            faults.Add($"{at}: {kind} is not {type}");
            return;
        }

        if (value is JsonObject document)
            JudgeObject(document, schema, at, faults);
        else if (value is JsonArray list && schema["items"] is JsonObject items)
            for (int index = 0; index < list.Count; index++)
                Judge(list[index], items, $"{at}[{index}]", faults);
        else if (kind == JsonValueKind.String)
            JudgeText(value!.GetValue<string>(), schema, at, faults);
        else if (kind == JsonValueKind.Number && WholeNumber(value!) is { } number)
        {
            if (number < schema["minimum"]?.GetValue<long>())
                faults.Add($"{at}: {number} is below the minimum");
            if (number > schema["maximum"]?.GetValue<long>())
                faults.Add($"{at}: {number} is above the maximum");
        }
    }

    private void JudgeObject(JsonObject document, JsonObject schema, string at, List<string> faults)
    {
        foreach (JsonNode? name in schema["required"] as JsonArray ?? [])
            if (document[name!.GetValue<string>()] is null)
                faults.Add($"{at}.{name}: required");
        foreach ((string name, JsonNode? field) in document)
        {
            if (schema["properties"]?[name] is JsonObject known)
            {
                // The service takes null for a field that is not given.
                if (field is not null)
                    Judge(field, known, $"{at}.{name}", faults);
            }
            else if (schema["additionalProperties"] is JsonObject others)
            {
                Judge(field, others, $"{at}.{name}", faults);
            }
        }
    }

    private static void JudgeText(string text, JsonObject schema, string at, List<string> faults)
    {
        if (schema["enum"] is JsonArray values && !values.Any(value => value!.GetValue<string>() == text))
            faults.Add($"{at}: '{text}' is not of the enum");
        if (text.Length < schema["minLength"]?.GetValue<long>())
            faults.Add($"{at}: too short");
        if (text.Length > schema["maxLength"]?.GetValue<long>())
            faults.Add($"{at}: too long");
        // ECMA's $ is the end of the text, .NET's also stands before a last line feed.
        if (
            schema["pattern"] is { } pattern
            && !Regex.IsMatch(text, pattern.GetValue<string>().Replace("$", "\\z", StringComparison.Ordinal))
        )
            faults.Add($"{at}: not of the pattern");
        bool fits = schema["format"]?.GetValue<string>() switch
        {
            "uuid" => Guid.TryParseExact(text, "D", out _),
            "email" => MailAddress.TryCreate(text, out _),
            "date-time" => Regex.IsMatch(text, @"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})\z")
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
            _ => true,
        };
        if (!fits)
            faults.Add($"{at}: '{text}' is not a {schema["format"]}");
    }

    // Draft 4: 3.0 is no integer as text, but the same number; services differ, so it counts as one.
    private static long? WholeNumber(JsonNode value) =>
        decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
        && number == decimal.Truncate(number)
        && number is >= long.MinValue and <= long.MaxValue
            ? (long)number
            : null;
}

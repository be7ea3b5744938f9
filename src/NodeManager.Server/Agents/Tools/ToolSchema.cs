using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace NodeManager.Server.Agents.Tools;

/// <summary>JSON schemas of tools: strict ones of arguments, which calls are validated against, and those of results. Pure.</summary>
internal static class ToolSchema
{
    /// <summary>Adds allowed values, bounds and patterns to the generated schema.</summary>
    public static JsonElement Input(JsonElement generated, MethodInfo method)
    {
        JsonObject schema = JsonObject.Create(generated)!;
        schema["additionalProperties"] = false;
        foreach (ParameterInfo parameter in method.GetParameters())
            if (schema["properties"]?[parameter.Name!] is JsonObject property)
                Tighten(property, parameter);
        return JsonSerializer.SerializeToElement(schema, AgentAnswer.Options);
    }

    /// <summary>From <see cref="AgentToolAttribute.Answers"/>, or the error of any tool.</summary>
    public static JsonElement Output(string answers)
    {
        var properties = new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["type"] = "string",
                ["description"] = "The id of an error; with message and action, in a refusal alone.",
            },
            ["message"] = new JsonObject { ["type"] = "string" },
            ["action"] = new JsonObject { ["type"] = "string" },
        };
        JsonArray required = [];
        foreach (string field in answers.Split([' ', ';'], StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = field.Split(':');
            string name = parts[0].TrimEnd('?');
            string[] types = parts[1].Split('|');
            properties[name] = new JsonObject
            {
                ["type"] = types is [var only] ? only : new JsonArray([.. types.Select(static one => (JsonNode)one)]),
            };
            if (!parts[0].EndsWith('?'))
                required.Add((JsonNode)name);
        }

        return JsonSerializer.SerializeToElement(
            new JsonObject
            {
                ["type"] = "object",
                ["properties"] = properties,
                ["anyOf"] = new JsonArray(
                    new JsonObject { ["required"] = required },
                    new JsonObject { ["required"] = new JsonArray("error", "message") }
                ),
                ["additionalProperties"] = false,
            },
            AgentAnswer.Options
        );
    }

    /// <exception cref="NodeManagerException">InvalidArguments, InvalidLimit, with the valid values.</exception>
    public static void Check(string tool, JsonElement schema, IDictionary<string, JsonElement> arguments)
    {
        JsonElement properties = schema.GetProperty("properties");
        string[] known = [.. properties.EnumerateObject().Select(static one => one.Name)];
        if (arguments.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            throw Invalid(
                $"'{unknown}' is not an argument of {tool}.",
                known.Length > 0 ? $"It takes {string.Join(", ", known)}." : "It takes none."
            );
        if (
            schema.TryGetProperty("required", out JsonElement required)
            && required.EnumerateArray().Select(static one => one.GetString()!).FirstOrDefault(name => !arguments.ContainsKey(name))
                is { } missing
        )
            throw Invalid($"{tool} needs '{missing}'.", null);
        foreach ((string name, JsonElement value) in arguments)
            CheckValue(name, value, properties.GetProperty(name));
    }

    private static void CheckValue(string name, JsonElement value, JsonElement schema)
    {
        if (!IsOfType(value, schema))
            throw Invalid($"'{name}' has the wrong type; it takes {TypesOf(schema)}.", null);
        if (
            schema.TryGetProperty("enum", out JsonElement allowed)
            && value.ValueKind != JsonValueKind.Null
            && !allowed.EnumerateArray().Any(one => one.GetString() == value.GetString())
        )
            throw Invalid(
                $"'{name}' is '{DisplayText.Escape(value.GetString())}'; it takes {string.Join(", ", allowed.EnumerateArray())}.",
                null
            );
        if (
            schema.TryGetProperty("pattern", out JsonElement pattern)
            && value.ValueKind == JsonValueKind.String
            && !Regex.IsMatch(value.GetString()!, pattern.GetString()!, RegexOptions.NonBacktracking)
        )
            throw Invalid($"'{name}' does not take '{DisplayText.Escape(value.GetString())}'. The schema of the tool has its form.", null);
        if (
            value.ValueKind == JsonValueKind.Number
            && schema.TryGetProperty("minimum", out JsonElement minimum)
            && schema.TryGetProperty("maximum", out JsonElement maximum)
            && (value.GetInt64() < minimum.GetInt64() || value.GetInt64() > maximum.GetInt64())
        )
        {
            throw new NodeManagerException(
                name == "limit" ? "InvalidLimit" : "InvalidArguments",
                ErrorKind.InvalidArgument,
                $"'{name}' is {value}; it takes {minimum} to {maximum}.",
                name
            );
        }

        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out JsonElement items))
            foreach (JsonElement item in value.EnumerateArray())
                CheckValue(name, item, items);
        if (
            value.ValueKind == JsonValueKind.Object
            && schema.TryGetProperty("additionalProperties", out JsonElement values)
            && values.ValueKind == JsonValueKind.Object
        )
            foreach (JsonProperty one in value.EnumerateObject())
                CheckValue($"{name}.{one.Name}", one.Value, values);
    }

    private static void Tighten(JsonObject property, ParameterInfo parameter)
    {
        JsonObject one = property;
        if (property["items"] is JsonObject items)
        {
            items["type"] = "string";
            one = items;
        }

        if (property["additionalProperties"] is JsonObject values)
            values["type"] = "string";
        if (parameter.GetCustomAttribute<AllowedAttribute>() is { } allowed)
            one["enum"] = new JsonArray([.. allowed.Values.Select(static value => (JsonNode)value)]);
        if (parameter.GetCustomAttribute<ItemPatternAttribute>() is { } form)
            one["pattern"] = form.Pattern;
        if (parameter.GetCustomAttribute<BoundsAttribute>() is not { } bounds)
            return;
        (
            property[parameter.ParameterType.IsArray ? "minItems" : "minimum"],
            property[parameter.ParameterType.IsArray ? "maxItems" : "maximum"]
        ) = (bounds.Minimum, bounds.Maximum);
    }

    private static bool IsOfType(JsonElement value, JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out JsonElement type))
            return true;
        IEnumerable<string?> types =
            type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(static one => one.GetString()) : [type.GetString()];
        return types.Any(one =>
            one switch
            {
                "string" => value.ValueKind == JsonValueKind.String,
                "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _),
                "number" => value.ValueKind == JsonValueKind.Number,
                "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
                "array" => value.ValueKind == JsonValueKind.Array,
                "object" => value.ValueKind == JsonValueKind.Object,
                "null" => value.ValueKind == JsonValueKind.Null,
                _ => true,
            }
        );
    }

    private static string TypesOf(JsonElement schema)
    {
        JsonElement type = schema.GetProperty("type");
        return type.ValueKind == JsonValueKind.Array ? string.Join(" or ", type.EnumerateArray()) : type.GetString()!;
    }

    private static NodeManagerException Invalid(string message, string? action) =>
        new("InvalidArguments", ErrorKind.InvalidArgument, message, null, action);
}

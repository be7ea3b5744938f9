using System.Globalization;
using System.Text.Json;
using NodeManager.NodePools.Documents;

namespace NodeManager.NodePools.Validation;

/// <summary>Collects errors of fields by path.</summary>
internal sealed class PoolFindings
{
    private readonly List<NodePoolFinding> _found = [];

    public IReadOnlyList<NodePoolFinding> Found => _found;

    public void Error(string field, string message) =>
        _found.Add(
            new()
            {
                Severity = NodePoolFinding.Error,
                Field = field,
                Message = message,
            }
        );

    public void Warning(string field, string message) =>
        _found.Add(
            new()
            {
                Severity = NodePoolFinding.Warning,
                Field = field,
                Message = message,
            }
        );

    /// <summary>The text; null if it is missing, or of another type, which is an error.</summary>
    public string? Text(JsonObject from, string name, string path) => Typed(from, name, path, "text", static node => node.AsText());

    public bool? Flag(JsonObject from, string name, string path) =>
        Typed<bool>(
            from,
            name,
            path,
            "true or false",
            static node => node is JsonValue value && value.TryGetValue(out bool flag) ? flag : null
        );

    /// <summary>The number; null if it is missing, or not an integer in the range, which is an error.</summary>
    public int? Integer(JsonObject from, string name, string path, int minimum, int maximum = int.MaxValue)
    {
        if (Typed<decimal>(from, name, path, "a number", PoolJson.AsNumber) is not { } number)
            return null;
        if (number != decimal.Truncate(number))
        {
            Error($"{path}.{name}", string.Create(CultureInfo.InvariantCulture, $"must be a whole number, not {number}"));
            return null;
        }

        if (number >= minimum && number <= maximum)
            return (int)number;
        Error(
            $"{path}.{name}",
            maximum == int.MaxValue
                ? string.Create(CultureInfo.InvariantCulture, $"must be {minimum} or more, not {number}")
                : string.Create(CultureInfo.InvariantCulture, $"must be from {minimum} to {maximum}, not {number}")
        );
        return null;
    }

    public void OneOf(string? value, IReadOnlyList<string> accepted, string field)
    {
        if (value is not null && !accepted.Contains(value))
            Error(field, $"'{value}' is not one of {string.Join(", ", accepted)}");
    }

    public JsonObject? Object(JsonObject from, string name, string path)
    {
        if (from[name] is JsonObject found)
            return found;
        if (from[name] is { } other)
            Error($"{path}.{name}", $"must be an object, not {Describe(other)}");
        return null;
    }

    public JsonArray? Array(JsonObject from, string name, string path)
    {
        if (from[name] is JsonArray found)
            return found;
        if (from[name] is { } other)
            Error($"{path}.{name}", $"must be a list, not {Describe(other)}");
        return null;
    }

    private string? Typed(JsonObject from, string name, string path, string type, Func<JsonNode?, string?> read)
    {
        string? value = read(from[name]);
        if (value is null && from[name] is { } other)
            Error($"{path}.{name}", $"must be {type}, not {Describe(other)}");
        return value;
    }

    private T? Typed<T>(JsonObject from, string name, string path, string type, Func<JsonNode?, T?> read)
        where T : struct
    {
        T? value = read(from[name]);
        if (value is null && from[name] is { } other)
            Error($"{path}.{name}", $"must be {type}, not {Describe(other)}");
        return value;
    }

    private static string Describe(JsonNode node) =>
        node.GetValueKind() switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            _ => node.ToJsonString(PoolSpecReader.Relaxed),
        };
}

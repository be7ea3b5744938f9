using System.Globalization;
using System.Text.Json;

namespace NodeManager.Sandbox.Model.Kinds.Custom.Paths;

/// <summary>The condition of a JSONPath filter: a comparison or an existence test.</summary>
internal sealed class PathFilter
{
    private static readonly string[] Operators = ["==", "!=", "<=", ">=", "<", ">"];

    private readonly JsonPath _path;
    private readonly string _operator;
    private readonly JsonNode? _value;

    private PathFilter(JsonPath path, string sign, JsonNode? value) => (_path, _operator, _value) = (path, sign, value);

    public static PathFilter? Read(string text)
    {
        foreach (string sign in Operators)
        {
            int at = text.IndexOf(sign, StringComparison.Ordinal);
            if (at < 0)
                continue;
            return ReadPath(text[..at]) is { } left && ReadValue(text[(at + sign.Length)..].Trim(), out JsonNode? value)
                ? new(left, sign, value)
                : null;
        }

        return ReadPath(text) is { } path ? new(path, "", null) : null;
    }

    public bool Matches(JsonNode? element)
    {
        foreach (JsonNode? found in _path.Find(element))
            if (_operator.Length == 0 || Compare(found))
                return true;
        return false;
    }

    private static JsonPath? ReadPath(string text) => text.Trim() is ['@', .. var rest] ? JsonPath.Read(rest) : null;

    private static bool ReadValue(string text, out JsonNode? value)
    {
        value = null;
        if (text is ['\'' or '"', .., '\'' or '"'] && text.Length >= 2)
            value = text[1..^1];
        else if (text is "true" or "false")
            value = text == "true";
        else if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number))
            value = number;
        return value is not null;
    }

    private bool Compare(JsonNode? found)
    {
        int? order = Order(found);
        return _operator switch
        {
            "==" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }

    // Null for different types.
    private int? Order(JsonNode? found)
    {
        if (found is null || _value is null || found.GetValueKind() != _value.GetValueKind())
            return null;
        return found.GetValueKind() switch
        {
            JsonValueKind.String => string.CompareOrdinal((string?)found, (string?)_value),
            JsonValueKind.Number => decimal.Parse(found.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)
                .CompareTo(decimal.Parse(_value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture)),
            JsonValueKind.True or JsonValueKind.False => 0,
            _ => null,
        };
    }
}

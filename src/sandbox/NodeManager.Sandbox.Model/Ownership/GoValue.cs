using System.Text.Json;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>Formats values as in messages about structures.</summary>
internal static class GoValue
{
    public static string Of(JsonNode? value) => $"&{{{GoText.Of(value)}}}";

    /// <summary>The fault of a value that is not a scalar of the type; null if valid.</summary>
    public static string? Mismatch(string type, JsonNode value) =>
        (type, value.GetValueKind()) switch
        {
            ("string", not JsonValueKind.String) => $"expected string, got &value.valueUnstructured{{Value:{Truncated(value)}}}",
            ("boolean", not (JsonValueKind.True or JsonValueKind.False)) =>
                $"expected boolean, got &value.valueUnstructured{{Value:{Truncated(value)}}}",
            ("numeric", not JsonValueKind.Number) => $"expected numeric (int or float), got {TypeOf(value)}",
            (_, JsonValueKind.Object or JsonValueKind.Array) => $"expected scalar, got {Of(value)}",
            _ => null,
        };

    private static string Truncated(JsonNode value) =>
        value switch
        {
            JsonObject map =>
                $"map[string]interface {{}}{{{string.Join(", ", map.Select(static pair => $"\"{pair.Key}\":{(pair.Value is null ? "interface {}(nil)" : Truncated(pair.Value))}"))}}}",
            JsonArray list =>
                $"[]interface {{}}{{{string.Join(", ", list.Select(static one => one is null ? "interface {}(nil)" : Truncated(one)))}}}",
            _ => value.ToJsonString(),
        };

    private static string TypeOf(JsonNode value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.Object => "map[string]interface {}",
            JsonValueKind.Array => "[]interface {}",
            JsonValueKind.String => "string",
            _ => "bool",
        };
}

using System.Globalization;
using System.Text.Json;

namespace NodeManager.NodePools.Documents;

/// <summary>Reads fields of foreign JSON: a missing field or one of another type is null.</summary>
public static class PoolJson
{
    public static JsonObject? Object(this JsonObject? from, string name) => from?[name] as JsonObject;

    public static JsonArray? Array(this JsonObject? from, string name) => from?[name] as JsonArray;

    public static string? Text(this JsonObject? from, string name) => from?[name].AsText();

    public static string? AsText(this JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static bool? Flag(this JsonObject? from, string name) =>
        from?[name] is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    public static int? Integer(this JsonObject? from, string name) =>
        from?[name].AsNumber() is { } number && number == decimal.Truncate(number) && number is >= int.MinValue and <= int.MaxValue
            ? (int)number
            : null;

    public static decimal? AsNumber(this JsonNode? node) =>
        node is JsonValue value
        && value.GetValueKind() == JsonValueKind.Number
        && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number)
            ? number
            : null;

    /// <summary>The texts of a list, without other values.</summary>
    public static IEnumerable<string> Texts(this JsonObject? from, string name) => (from.Array(name) ?? []).Select(AsText).OfType<string>();

    public static JsonArray ToJson(this IEnumerable<string> texts) =>
        new([.. texts.Select(static text => (JsonNode?)JsonValue.Create(text))]);
}

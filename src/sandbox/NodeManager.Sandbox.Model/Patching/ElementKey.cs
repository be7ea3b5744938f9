using System.Globalization;
using System.Text.Json;

namespace NodeManager.Sandbox.Model.Patching;

/// <summary>Keys of list elements as text for lookups: lists are merged in linear time.</summary>
internal static class ElementKey
{
    /// <param name="mergeKey">The identifying member; empty for lists of values.</param>
    public static string Of(JsonNode? element, string mergeKey) => Of(mergeKey.Length == 0 ? element : (element as JsonObject)?[mergeKey]);

    /// <summary>Equal for equal values; 1 equals 1.0.</summary>
    public static string Of(JsonNode? id) =>
        id switch
        {
            null => "null",
            JsonValue value when value.GetValueKind() == JsonValueKind.String => "\"" + value.GetValue<string>(),
            JsonValue value
                when value.GetValueKind() == JsonValueKind.Number
                    && decimal.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) =>
                number.ToString("G29", CultureInfo.InvariantCulture),
            _ => id.ToJsonString(),
        };

    /// <summary>The first position of each key.</summary>
    public static Dictionary<string, int> Places(JsonArray list, string mergeKey)
    {
        Dictionary<string, int> places = new(list.Count, StringComparer.Ordinal);
        for (int i = 0; i < list.Count; i++)
            places.TryAdd(Of(list[i], mergeKey), i);
        return places;
    }
}

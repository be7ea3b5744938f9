using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Model.Patching;

/// <summary>What elements of a merged list are told apart by, as text that can be looked up: lists are merged in time that grows as their length.</summary>
internal static class ElementKey
{
    /// <param name="element">Of the list.</param>
    /// <param name="mergeKey">The member that identifies it; empty for lists of values.</param>
    public static string Of(JsonNode? element, string mergeKey) => Of(mergeKey.Length == 0 ? element : (element as JsonObject)?[mergeKey]);

    /// <summary>Equal for equal values, 1 and 1.0 among them.</summary>
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

    /// <summary>The first place of each key.</summary>
    public static Dictionary<string, int> Places(JsonArray list, string mergeKey)
    {
        Dictionary<string, int> places = new(list.Count, StringComparer.Ordinal);
        for (int i = 0; i < list.Count; i++)
            places.TryAdd(Of(list[i], mergeKey), i);
        return places;
    }
}

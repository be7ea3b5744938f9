using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeManager.SchedulerConfigurations.Yaml;

/// <summary>
/// Converts arguments of a plugin from callers' types to the values of a YAML document (see <see cref="YamlValue"/>) and to JSON.
/// </summary>
public static class ArgumentValues
{
    /// <param name="arguments">A dictionary or a JSON object.</param>
    /// <param name="unwrap">Unwraps values of the caller's language; null: not needed.</param>
    public static Dictionary<string, object?> Of(IEnumerable arguments, Func<object?, object?>? unwrap = null) =>
        new(Entries(arguments, unwrap));

    public static JsonNode? ToJson(object? value) =>
        value switch
        {
            null => null,
            OrderedDictionary<string, object?> map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, ToJson(pair.Value)))),
            List<object?> list => new JsonArray([.. list.Select(ToJson)]),
            bool flag => JsonValue.Create(flag),
            long number => JsonValue.Create(number),
            double number => JsonValue.Create(number),
            _ => JsonValue.Create(value.ToString()),
        };

    private static object? Value(object? value, Func<object?, object?>? unwrap) =>
        (unwrap is null ? value : unwrap(value)) switch
        {
            null => null,
            JsonValue json => json.TryGetValue(out bool flag) ? flag
            : json.TryGetValue(out long whole) ? whole
            : json.TryGetValue(out double number) ? number
            : json.GetValue<string>(),
            (float or decimal) and var number => Convert.ToDouble(number, CultureInfo.InvariantCulture),
            (sbyte or byte or short or ushort or int or uint) and var number => Convert.ToInt64(number, CultureInfo.InvariantCulture),
            (string or bool or long or double) and var plain => plain,
            (JsonObject or IDictionary) and IEnumerable map => new OrderedDictionary<string, object?>(Entries(map, unwrap)),
            IEnumerable list => list.Cast<object?>().Select(item => Value(item, unwrap)).ToList(),
            var other => Text(other),
        };

    private static IEnumerable<KeyValuePair<string, object?>> Entries(IEnumerable map, Func<object?, object?>? unwrap) =>
        map is JsonObject json
            ? json.Select(pair => KeyValuePair.Create(pair.Key, Value(pair.Value, unwrap)))
            : map.Cast<DictionaryEntry>().Select(entry => KeyValuePair.Create(Text(entry.Key), Value(entry.Value, unwrap)));

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}

using System.Text.Json.Nodes;

namespace NodeManager.Server.Scheduler;

/// <summary>A plugin's arguments between JSON and the values of a YAML document.</summary>
internal static class ArgumentValues
{
    public static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        OrderedDictionary<string, object?> map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, ToJson(pair.Value)))),
        List<object?> list => new JsonArray([.. list.Select(ToJson)]),
        bool flag => JsonValue.Create(flag),
        long number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        _ => JsonValue.Create(value.ToString()),
    };

    public static object? FromJson(JsonNode? node) => node switch
    {
        null => null,
        JsonObject map => MapOf(map),
        JsonArray list => list.Select(FromJson).ToList(),
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        JsonValue value when value.TryGetValue(out long number) => number,
        JsonValue value when value.TryGetValue(out double number) => number,
        _ => node.GetValue<string>(),
    };

    private static OrderedDictionary<string, object?> MapOf(JsonObject map)
    {
        var values = new OrderedDictionary<string, object?>(map.Count);
        foreach ((string key, JsonNode? value) in map) values.Add(key, FromJson(value));
        return values;
    }
}

namespace NodeManager.Sandbox.Model.Kinds.Strategies.Beta;

/// <summary>
/// The behavior of an autoscaler. Versions without the field keep it in an annotation, with the member names of the server's internal type:
/// <c>ScaleDown</c> for <c>scaleDown</c>.
/// </summary>
internal static class BehaviorForm
{
    private const int Period = 15;

    /// <summary>Completes both directions of a given behavior, as servers do.</summary>
    public static void Default(JsonObject behavior)
    {
        JsonObject up = behavior.Ensure("scaleUp"),
            down = behavior.Ensure("scaleDown");
        up.Default("stabilizationWindowSeconds", 0);
        up.Default("selectPolicy", "Max");
        up.Default("policies", new JsonArray(Policy("Pods", 4), Policy("Percent", 100)));
        down.Default("selectPolicy", "Max");
        down.Default("policies", new JsonArray(Policy("Percent", 100)));
    }

    public static string ToAnnotation(JsonObject behavior) =>
        Renamed(behavior, static name => char.ToUpperInvariant(name[0]) + name[1..])!.ToJsonString();

    public static JsonNode? FromAnnotation(JsonObject behavior) =>
        Renamed(behavior, static name => char.ToLowerInvariant(name[0]) + name[1..]);

    private static JsonObject Policy(string type, int value) =>
        new()
        {
            ["type"] = type,
            ["value"] = value,
            ["periodSeconds"] = Period,
        };

    // Null means unset and is omitted.
    private static JsonNode? Renamed(JsonNode? node, Func<string, string> rename) =>
        node switch
        {
            JsonObject members => new JsonObject([
                .. members
                    .Where(static pair => pair is { Key.Length: > 0, Value: not null })
                    .Select(pair => KeyValuePair.Create(rename(pair.Key), Renamed(pair.Value, rename))),
            ]),
            JsonArray list => new JsonArray([.. list.Select(one => Renamed(one, rename))]),
            _ => node?.DeepClone(),
        };
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeManager.Conformance.Semantics;

/// <summary>Changes documents by chance: drops members, puts wrong types and values, doubles elements.</summary>
internal sealed class DocumentMutator(Random random)
{
    private static readonly string?[] Texts =
    [
        "",
        "Bad_Name!",
        "UPPER",
        "a b",
        "0",
        "-1",
        "new-value",
        "Always",
        "Never",
        "OnFailure",
        "TCP",
        "UDP",
        "RollingUpdate",
        "Recreate",
        "OnDelete",
        "NoSchedule",
        "NoExecute",
        "Exists",
        "In",
        "DoesNotExist",
        "Retain",
        "Delete",
        "10.96.0.300",
        "None",
        "50%",
        "150%",
        "10.5Gi",
        "2",
        "example.com/some",
        "a/b/c",
        "-start",
        "end-",
        "..",
        "Default",
        "ClientIP",
        "NodePort",
        "ExternalName",
        "x23456789012345678901234567890123456789012345678901234567890123456789",
        "ReadOnlyMany",
        "Block",
    ];

    private static readonly string[] Numbers = ["-1", "0", "1", "2", "7", "70000", "2147483648", "1.5", "\"5\"", "\"abc\""];

    /// <summary>Changes one place of the document.</summary>
    /// <returns>What was done, without what is particular.</returns>
    public string Mutate(JsonObject document)
    {
        List<(JsonNode Parent, string Name, int Index, string Path)> places = [];
        Collect(document, "", places);
        if (places.Count == 0)
            return "nothing";
        (JsonNode parent, string name, int index, string path) = places[random.Next(places.Count)];
        JsonNode? value = parent is JsonObject map ? map[name] : ((JsonArray)parent)[index];
        if (random.Next(100) < 18)
        {
            if (parent is JsonObject owner)
                owner.Remove(name);
            else
                ((JsonArray)parent).RemoveAt(index);
            return "remove " + path;
        }

        (string how, JsonNode? other) = Another(value);
        if (parent is JsonObject within)
            within[name] = other;
        else
            ((JsonArray)parent)[index] = other;
        return $"{how} {path}";
    }

    private (string How, JsonNode? Value) Another(JsonNode? value)
    {
        if (random.Next(100) < 12)
            return ("wrong type", WrongType(value));
        if (random.Next(100) < 4)
            return ("null", null);
        switch (value?.GetValueKind())
        {
            case JsonValueKind.Object:
                var map = (JsonObject)value.DeepClone();
                switch (random.Next(4))
                {
                    case 0:
                        return ("empty", new JsonObject());
                    case 1:
                        map["bogus"] = Pick<JsonNode?>(JsonValue.Create(1), JsonValue.Create("text"), new JsonObject { ["a"] = "b" });
                        return ("unknown", map);
                    case 2:
                        map["bad key!"] = "v";
                        return ("bad key", map);
                    default:
                        map["example.com/good"] = "v";
                        return ("key", map);
                }

            case JsonValueKind.Array:
                var list = (JsonArray)value.DeepClone();
                switch (random.Next(4))
                {
                    case 0:
                        return ("empty", new JsonArray());
                    case 1 when list.Count > 0:
                        list.Add(list[random.Next(list.Count)]?.DeepClone());
                        return ("double", list);
                    case 2:
                        return ("reverse", new JsonArray([.. list.Reverse().Select(static one => one?.DeepClone())]));
                    default:
                        list.Add(Pick<JsonNode?>(null, JsonValue.Create("more"), new JsonObject(), new JsonObject { ["name"] = "more" }));
                        return ("add", list);
                }

            case JsonValueKind.Number:
                return ("number", JsonNode.Parse(Pick(Numbers)));
            case JsonValueKind.True or JsonValueKind.False:
                return ("flip", JsonValue.Create(value.GetValueKind() != JsonValueKind.True));
            default:
                return ("text", JsonValue.Create(Pick(Texts)));
        }
    }

    private JsonNode WrongType(JsonNode? value) =>
        value?.GetValueKind() switch
        {
            JsonValueKind.String => Pick<JsonNode>(JsonValue.Create(5), new JsonObject(), JsonValue.Create(true), new JsonArray("x")),
            JsonValueKind.Number => Pick<JsonNode>(JsonValue.Create("five"), new JsonObject(), JsonValue.Create(true)),
            JsonValueKind.Object => Pick<JsonNode>(JsonValue.Create("text"), new JsonArray(), JsonValue.Create(3)),
            JsonValueKind.Array => Pick<JsonNode>(JsonValue.Create("text"), new JsonObject { ["a"] = "b" }, JsonValue.Create(3)),
            _ => Pick<JsonNode>(JsonValue.Create("text"), new JsonArray()),
        };

    private static void Collect(JsonNode node, string at, List<(JsonNode Parent, string Name, int Index, string Path)> places)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (string name in map.Select(static pair => pair.Key).Order(StringComparer.Ordinal))
                {
                    string path = at.Length == 0 ? name : $"{at}.{name}";
                    if (
                        path
                        is "apiVersion"
                            or "kind"
                            or "metadata.name"
                            or "metadata.namespace"
                            or "metadata.managedFields"
                            or "metadata.creationTimestamp"
                            or "metadata"
                    )
                        continue;
                    if (path.StartsWith("status", StringComparison.Ordinal) && map.Count > 6)
                        continue;
                    places.Add((map, name, 0, path));
                    if (map[name] is { } value)
                        Collect(value, path, places);
                }

                if (at.Length == 0 && map["metadata"] is JsonObject metadata)
                    Collect(metadata, "metadata", places);
                break;
            case JsonArray list:
                for (int i = 0; i < list.Count; i++)
                {
                    places.Add((list, "", i, at + "[]"));
                    if (list[i] is { } value)
                        Collect(value, at + "[]", places);
                }

                break;
        }
    }

    private T Pick<T>(params T[] from) => from[random.Next(from.Length)];
}

using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>Identifies list elements.</summary>
internal static class ListElements
{
    public static PathElement[] PathsOf(ValueStructure list, JsonArray values)
    {
        var paths = new PathElement[values.Count];
        for (int i = 0; i < paths.Length; i++)
            paths[i] = PathOf(list, values[i], i);
        return paths;
    }

    private static PathElement PathOf(ValueStructure list, JsonNode? value, int index)
    {
        if (list.Keys.Length == 0)
        {
            return value is JsonObject or JsonArray
                ? throw new OwnershipException($"[{index}]", "associative list without keys has an element that's a map or a list type")
                : PathElement.Value(value);
        }

        if (value is null)
            throw new OwnershipException($"[{index}]", "associative list with keys may not have a null element");
        JsonObject element =
            value as JsonObject ?? throw new OwnershipException($"[{index}]", "associative list with keys may not have non-map elements");
        var keys = new KeyValuePair<string, JsonNode>[list.Keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            string key = list.Keys[i];
            JsonNode? part = element[key] ?? (list.Element!.Members.TryGetValue(key, out StructureMember? member) ? member.Default : null);
            keys[i] = new(
                key,
                part
                    ?? throw new OwnershipException(
                        $"[{index}]",
                        $"associative list with keys has an element that omits key field \"{key}\" (and doesn't have default value)"
                    )
            );
        }

        return PathElement.Key(keys);
    }
}

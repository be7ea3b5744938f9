namespace NodeManager.NodePools.Documents;

/// <summary>Merges and compares specifications without changing its arguments.</summary>
public static class PoolMerge
{
    /// <summary>A JSON merge patch (RFC 7396): null removes, objects merge, all else replaces.</summary>
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        var merged = (JsonObject)target.DeepClone();
        foreach ((string name, JsonNode? value) in patch)
        {
            if (value is null)
                merged.Remove(name);
            else if (value is JsonObject inner)
                merged[name] = Apply(merged[name] as JsonObject ?? [], inner);
            else
                merged[name] = value.DeepClone();
        }

        return merged;
    }

    /// <summary>Combines two merge patches: the second one wins, and its removals stay removals.</summary>
    public static JsonObject Join(JsonObject first, JsonObject second)
    {
        var joined = (JsonObject)first.DeepClone();
        foreach ((string name, JsonNode? value) in second)
            joined[name] = value is JsonObject inner && joined[name] is JsonObject outer ? Join(outer, inner) : value?.DeepClone();
        return joined;
    }

    /// <summary>The smallest merge patch from one specification to another.</summary>
    public static JsonObject Between(JsonObject before, JsonObject after)
    {
        var patch = new JsonObject();
        foreach (string name in before.Select(static field => field.Key).Union(after.Select(static field => field.Key)))
        {
            JsonNode? old = before[name],
                now = after[name];
            if (AreEqual(old, now))
                continue;
            patch[name] = old is JsonObject from && now is JsonObject to ? Between(from, to) : now?.DeepClone();
        }

        return patch;
    }

    /// <summary>True if all desired fields have the desired values. A service may add defaults, so further fields do not count.</summary>
    public static bool Contains(JsonNode? actual, JsonNode? wanted) =>
        (actual, wanted) switch
        {
            (_, null) => actual is null,
            (JsonObject there, JsonObject asked) => asked.All(field =>
                field.Value is null ? there[field.Key] is null : Contains(there[field.Key], field.Value)
            ),
            (JsonArray there, JsonArray asked) => there.Count == asked.Count
                && there.Zip(asked).All(static pair => Contains(pair.First, pair.Second)),
            _ => AreEqual(actual, wanted),
        };

    /// <summary>Each different field, with its path and its JSON before and after; for possible credentials, their length.</summary>
    public static IReadOnlyList<NodeFieldChange> Differences(JsonObject before, JsonObject after, string path = "spec")
    {
        List<NodeFieldChange> changes = [];
        foreach (string name in before.Select(static field => field.Key).Union(after.Select(static field => field.Key)))
        {
            JsonNode? old = before[name],
                now = after[name];
            IReadOnlyList<NodeFieldChange> inner =
                old is null or JsonObject && now is null or JsonObject
                    ? Differences(old as JsonObject ?? [], now as JsonObject ?? [], $"{path}.{name}")
                    : [];
            changes.AddRange(inner);
            // An empty object that is added or removed has no field that differs.
            if (inner.Count == 0 && !AreEqual(old, now))
                changes.Add(
                    new()
                    {
                        Field = $"{path}.{name}",
                        Before = Text(name, old),
                        After = Text(name, now),
                    }
                );
        }

        return changes;
    }

    // 3, 3.0 and 3e0 are the same number.
    private static bool AreEqual(JsonNode? left, JsonNode? right) =>
        left.AsNumber() is { } one && right.AsNumber() is { } other ? one == other : JsonNode.DeepEquals(left, right);

    private static string? Text(string name, JsonNode? node)
    {
        if (node is null)
            return null;
        string text = node.AsText() ?? node.ToJsonString(PoolSpecReader.Relaxed);
        return PoolSecrets.Has(name) ? PoolSecrets.Describe(text) : text;
    }
}

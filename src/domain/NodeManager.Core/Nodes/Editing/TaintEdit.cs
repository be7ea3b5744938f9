using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Patching;

namespace NodeManager.Core.Nodes.Editing;

/// <summary>Edits the taints as JSON, so that the order and unknown fields are kept.</summary>
public static class TaintEdit
{
    /// <summary>The new list, or null if nothing changes.</summary>
    /// <exception cref="NodeManagerException">ValueExists: a taint of the same key and effect has another value.</exception>
    public static JsonArray? Set(JsonArray? current, IReadOnlyList<NodeTaint> taints, bool overwrite, string node)
    {
        JsonArray result = current?.DeepClone().AsArray() ?? [];
        bool changed = false;
        foreach (NodeTaint taint in taints)
        {
            if (result.FirstOrDefault(t => Is(t, key => key == taint.Key, taint.Effect)) is not JsonObject there)
            {
                var added = new JsonObject { ["key"] = taint.Key, ["effect"] = taint.Effect };
                if (taint.Value.Length > 0)
                    added["value"] = taint.Value;
                result.Add((JsonNode)added);
                changed = true;
                continue;
            }

            string value = Text(there, "value");
            if (value == taint.Value)
                continue;
            if (!overwrite)
                throw new NodeManagerException(
                    ErrorIds.ValueExists,
                    ErrorKind.ResourceExists,
                    $"Node '{node}' has the taint '{taint.Key}' with effect {taint.Effect} and the value '{value}' already.",
                    node,
                    "To change it, use -Overwrite."
                );
            if (taint.Value.Length > 0)
                there["value"] = taint.Value;
            else
                there.Remove("value");
            changed = true;
        }

        return changed ? result : null;
    }

    /// <summary>
    /// The JSON patch operations from the first list to the second. Each changes one taint, so that unknown fields of the others, which the
    /// first list lacks, are kept.
    /// </summary>
    /// <param name="taints">The taints as read.</param>
    /// <param name="changed">The list that <see cref="Set"/> or <see cref="Remove"/> returned.</param>
    public static JsonArray Operations(IReadOnlyList<NodeTaint> taints, JsonArray changed)
    {
        JsonArray operations = [];
        List<JsonObject> wanted = [.. changed.OfType<JsonObject>()];
        // Backward, so that removals do not shift later indexes.
        for (int i = taints.Count - 1; i >= 0; i--)
        {
            NodeTaint taint = taints[i];
            if (wanted.Find(t => Is(t, key => key == taint.Key, taint.Effect)) is not { } kept)
            {
                operations.Add(Operation("remove", $"{i}"));
                continue;
            }

            wanted.Remove(kept);
            string value = Text(kept, "value");
            if (value != taint.Value)
                operations.Add(value.Length > 0 ? Operation("add", $"{i}/value", value) : Operation("remove", $"{i}/value"));
        }

        if (taints.Count == 0 && wanted.Count > 0)
            return [Operation("add", "", new JsonArray([.. wanted.Select(t => t.DeepClone())]))];
        foreach (JsonObject added in wanted)
            operations.Add(Operation("add", "-", added.DeepClone()));
        return operations;
    }

    public static JsonArray Document(IReadOnlyList<NodeTaint> taints) =>
        [
            .. taints.Select(t => new JsonObject
            {
                ["key"] = t.Key,
                ["value"] = t.Value,
                ["effect"] = t.Effect,
            }),
        ];

    /// <summary>The new list, or null if none of them exists. Without an effect: every effect of the key.</summary>
    public static JsonArray? Remove(JsonArray? current, IReadOnlyList<TaintMatch> taints)
    {
        if (current is null)
            return null;
        JsonNode?[] kept = [.. current.Where(t => !taints.Any(gone => IsMatch(t, gone)))];
        return kept.Length == current.Count ? null : new JsonArray([.. kept.Select(t => t?.DeepClone())]);
    }

    private static bool IsMatch(JsonNode? taint, TaintMatch gone) =>
        Is(taint, key => IsMeant(gone.Key, key), gone.Effect) && (gone.Value is null || gone.Value == Text(taint!.AsObject(), "value"));

    // Controllers would restore their taints: patterns do not match them.
    private static bool IsMeant(string keyOrPattern, string key) =>
        KeyPatterns.Matches(keyOrPattern, key) && !(KeyPatterns.IsPattern(keyOrPattern) && NodeInput.IsControllerTaint(key));

    private static bool Is(JsonNode? taint, Predicate<string> isKey, string? effect) =>
        taint is JsonObject there && isKey(Text(there, "key")) && (effect is null || Text(there, "effect") == effect);

    private static JsonObject Operation(string op, string at, JsonNode? value = null) =>
        Patch.Operation(op, at.Length == 0 ? "/spec/taints" : "/spec/taints/" + at, value);

    private static string Text(JsonObject taint, string field) => taint[field]?.GetValue<string>() ?? "";
}

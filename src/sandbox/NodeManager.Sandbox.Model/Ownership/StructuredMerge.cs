using NodeManager.Sandbox.Model.Structure;

namespace NodeManager.Sandbox.Model.Ownership;

/// <summary>Merges an applied configuration into an object, and removes fields.</summary>
internal static class StructuredMerge
{
    /// <summary>Returns a new document.</summary>
    /// <param name="keepsOrder">Common list elements keep their order; otherwise that of the configuration applies.</param>
    public static JsonObject Merge(ValueStructure structure, JsonObject live, JsonObject applied, bool keepsOrder)
    {
        var merged = new JsonObject();
        foreach ((string name, JsonNode? value) in live)
        {
            merged[name] = applied.TryGetPropertyValue(name, out JsonNode? other)
                ? Value(structure.Member(name) ?? ValueStructure.Anything, value, other, keepsOrder)
                : value?.DeepClone();
        }

        foreach ((string name, JsonNode? value) in applied)
            if (!live.ContainsKey(name))
                merged[name] = value?.DeepClone();
        return merged;
    }

    /// <summary>Returns a new document without the fields.</summary>
    public static JsonObject Remove(ValueStructure structure, JsonObject document, FieldSet fields)
    {
        var kept = new JsonObject();
        foreach ((string name, JsonNode? value) in document)
        {
            PathElement element = PathElement.Field(name);
            if (fields.Has(element))
                continue;
            FieldSet below = fields.Below(element);
            JsonNode? rest = Remaining(structure.Member(name) ?? ValueStructure.Anything, value, below);
            if (rest is not null || below.IsEmpty)
                kept[name] = rest;
        }

        return kept;
    }

    private static JsonNode? Value(ValueStructure structure, JsonNode? live, JsonNode? applied, bool keepsOrder)
    {
        if (structure.IsAtomic || structure.Form == StructureForm.Scalar)
            return applied?.DeepClone();
        return (live, applied) switch
        {
            (JsonObject old, JsonObject its) => Merge(structure, old, its, keepsOrder),
            (JsonObject { Count: > 0 }, null) => live.DeepClone(),
            (JsonArray old, JsonArray its) when structure.Form == StructureForm.List => List(structure, old, its, keepsOrder),
            (JsonArray { Count: > 0 }, null) when structure.Form == StructureForm.List => live.DeepClone(),
            _ => applied?.DeepClone(),
        };
    }

    private static JsonArray List(ValueStructure structure, JsonArray live, JsonArray applied, bool keepsOrder)
    {
        PathElement[] old = ListElements.PathsOf(structure, live),
            its = ListElements.PathsOf(structure, applied);
        var merged = new JsonArray();
        foreach ((int remaining, int right) in keepsOrder ? LiveOrder(old, its) : ListMergeOrder.Of(old, its))
        {
            if (right < 0)
                merged.Add(live[remaining]?.DeepClone());
            else
                merged.Add(
                    remaining < 0 ? applied[right]?.DeepClone() : Value(structure.Element!, live[remaining], applied[right], keepsOrder)
                );
        }

        return merged;
    }

    private static IEnumerable<(int Live, int Applied)> LiveOrder(PathElement[] live, PathElement[] applied)
    {
        var inApplied = new Dictionary<PathElement, int>(applied.Length);
        for (int i = 0; i < applied.Length; i++)
            inApplied.TryAdd(applied[i], i);
        for (int i = 0; i < live.Length; i++)
            yield return (i, inApplied.GetValueOrDefault(live[i], -1));
        var inLive = live.ToHashSet();
        for (int i = 0; i < applied.Length; i++)
            if (!inLive.Contains(applied[i]))
                yield return (-1, i);
    }

    // A value that becomes empty is removed.
    private static JsonNode? Remaining(ValueStructure structure, JsonNode? value, FieldSet fields)
    {
        if (fields.IsEmpty || structure.IsAtomic)
            return value?.DeepClone();
        switch (value)
        {
            case JsonObject members when structure.Form is StructureForm.Object or StructureForm.Anything:
                JsonObject remaining = Remove(structure, members, fields);
                return remaining.Count == 0 ? null : remaining;
            case JsonArray list when structure.Form == StructureForm.List:
                var kept = new JsonArray();
                PathElement[] elements = ListElements.PathsOf(structure, list);
                for (int i = 0; i < elements.Length; i++)
                    if (!fields.Has(elements[i]) && Remaining(structure.Element!, list[i], fields.Below(elements[i])) is { } element)
                        kept.Add(element);
                return kept.Count == 0 ? null : kept;
            default:
                return value?.DeepClone();
        }
    }
}

using System.Text.Json.Nodes;
using NodeManager.Sandbox.Store;

namespace NodeManager.Sandbox.Patching;

/// <summary>Kubernetes' strategic merge: as a merge patch, but lists that have a merge key are merged by it, and directives steer.</summary>
internal static class StrategicPatch
{
    private const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string DeletePrefix = "$deleteFromPrimitiveList/";
    private const string OrderPrefix = "$setElementOrder/";

    /// <exception cref="PatchException">A directive or a list element is wrong.</exception>
    public static void Apply(JsonObject target, JsonObject patch) => Merge(target, patch, "");

    private static void Merge(JsonObject target, JsonObject patch, string owner)
    {
        switch (patch.Text(Directive))
        {
            case "replace":
                target.Clear();
                foreach ((string key, JsonNode? value) in patch)
                    if (key != Directive && value is not null) target[key] = value.DeepClone();
                return;
            case "delete":
                target.Clear();
                return;
            case null or "merge":
                break;
            case var unknown:
                throw new PatchException($"Unknown patch type found: {unknown}", true);
        }

        Retain(target, patch);
        foreach ((string key, JsonNode? value) in patch)
        {
            if (key is Directive or RetainKeys || key.StartsWith(OrderPrefix, StringComparison.Ordinal)) continue;
            if (key.StartsWith(DeletePrefix, StringComparison.Ordinal))
            {
                RemoveValues(target, key[DeletePrefix.Length..], value as JsonArray);
                continue;
            }

            MergeMember(target, key, value, owner);
        }

        foreach ((string key, JsonNode? value) in patch)
            if (key.StartsWith(OrderPrefix, StringComparison.Ordinal) && value is JsonArray order)
                ListOrder.Arrange(target, key[OrderPrefix.Length..], owner, order);
    }

    private static void MergeMember(JsonObject target, string key, JsonNode? value, string owner)
    {
        switch (value)
        {
            case null:
                target.Remove(key);
                break;
            case JsonObject change:
                bool existed = target[key] is JsonObject;
                if (!existed) target[key] = new JsonObject();
                Merge(target[key]!.AsObject(), change, key);
                if (change.Text(Directive) == "delete") target.Remove(key);
                break;
            case JsonArray changes when MergeKeys.Of(owner, key) is { } mergeKey:
                if (target[key] is not JsonArray list) target[key] = list = [];
                if (mergeKey == MergeKeys.Set) AddValues(list, changes);
                else MergeElements(list, changes, mergeKey, key);
                break;
            default:
                target[key] = value.DeepClone();
                break;
        }
    }

    private static void MergeElements(JsonArray list, JsonArray changes, string mergeKey, string name)
    {
        if (changes.Any(static change => (change as JsonObject).Text(Directive) == "replace"))
        {
            list.Clear();
            foreach (JsonNode? change in changes)
                if (change is JsonObject element && element.Text(Directive) is null) list.Add(element.DeepClone());
            return;
        }

        foreach (JsonNode? node in changes)
        {
            JsonObject change = node as JsonObject ?? throw new PatchException($"{name}: expected objects", true);
            JsonNode id = change[mergeKey] ?? throw new PatchException($"map: {GoText.Of(change)} does not contain declared merge key: {mergeKey}", true);
            JsonObject? existing = list.OfType<JsonObject>().FirstOrDefault(element => JsonNode.DeepEquals(element[mergeKey], id));
            if (change.Text(Directive) == "delete")
            {
                if (existing is not null) list.Remove(existing);
                continue;
            }

            if (existing is null) list.Add(existing = []);
            Merge(existing, change, name);
        }
    }

    private static void AddValues(JsonArray list, JsonArray values)
    {
        foreach (JsonNode? value in values)
            if (!list.Any(existing => JsonNode.DeepEquals(existing, value))) list.Add(value?.DeepClone());
    }

    private static void RemoveValues(JsonObject target, string name, JsonArray? values)
    {
        if (target[name] is not JsonArray list || values is null) return;
        for (int i = list.Count - 1; i >= 0; i--)
            if (values.Any(value => JsonNode.DeepEquals(value, list[i]))) list.RemoveAt(i);
    }

    private static void Retain(JsonObject target, JsonObject patch)
    {
        if (patch[RetainKeys] is not JsonArray keys) return;
        var retained = keys.Select(static key => (string)key!).ToHashSet(StringComparer.Ordinal);
        foreach (string key in target.Select(static pair => pair.Key).ToArray())
            if (!retained.Contains(key)) target.Remove(key);
    }
}

using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Model.Patching;

/// <summary>Kubernetes' strategic merge: a merge patch with merge keys for lists, and directives.</summary>
internal sealed class StrategicPatch
{
    private const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string DeletePrefix = "$deleteFromPrimitiveList/";
    private const string OrderPrefix = "$setElementOrder/";

    private readonly int _minor;

    private StrategicPatch(int minor) => _minor = minor;

    /// <param name="type">A type of the API schema, which has the merge keys; other lists are replaced.</param>
    public static void Apply(JsonObject target, JsonObject patch, string type, int minor) =>
        new StrategicPatch(minor).Merge(target, patch, type);

    private void Merge(JsonObject target, JsonObject patch, string type)
    {
        switch (patch.Text(Directive))
        {
            case "replace":
                target.Clear();
                foreach ((string key, JsonNode? value) in patch)
                    if (key != Directive && value is not null)
                        target[key] = value.DeepClone();
                return;
            case "delete":
                target.Clear();
                return;
            case null or "merge":
                break;
            case var unknown:
                throw new PatchException($"unknown patch type: {unknown} in map: {GoText.Of(patch)}", true);
        }

        Retain(target, patch);
        Dictionary<string, JsonArray> live = ListsBefore(target, patch);
        target.RemoveAll([.. patch.Where(static pair => pair.Value is null).Select(static pair => pair.Key)]);
        foreach ((string key, JsonNode? value) in patch)
        {
            if (key is Directive or RetainKeys || key.StartsWith(OrderPrefix, StringComparison.Ordinal))
                continue;
            if (key.StartsWith(DeletePrefix, StringComparison.Ordinal))
            {
                RemoveValues(target, key[DeletePrefix.Length..], value as JsonArray);
                continue;
            }

            MergeMember(target, key, value, Field(type, key));
        }

        foreach ((string key, JsonNode? value) in patch)
        {
            if (!key.StartsWith(OrderPrefix, StringComparison.Ordinal) || value is not JsonArray order)
                continue;
            string name = key[OrderPrefix.Length..];
            if (target[name] is JsonArray list && Field(type, name)?.MergeKey is { } mergeKey)
                ListOrder.Arrange(list, mergeKey, order, live.GetValueOrDefault(name) ?? []);
        }
    }

    // Original lists, because unpatched elements keep their position.
    private static Dictionary<string, JsonArray> ListsBefore(JsonObject target, JsonObject patch)
    {
        Dictionary<string, JsonArray> live = [];
        foreach (
            string key in patch.Select(static pair => pair.Key).Where(static key => key.StartsWith(OrderPrefix, StringComparison.Ordinal))
        )
            if (target[key[OrderPrefix.Length..]] is JsonArray list)
                live[key[OrderPrefix.Length..]] = list.DeepClone().AsArray();
        return live;
    }

    // Null for unknown fields.
    private static SchemaField? Field(string type, string name) => ApiSchema.Instance.Members(type)?.GetValueOrDefault(name);

    private void MergeMember(JsonObject target, string key, JsonNode? value, SchemaField? field)
    {
        string type = field?.Type ?? "";
        switch (value)
        {
            case null:
                break;
            case JsonObject change when _minor >= field?.ReplacesFrom && change.Text(Directive) is null:
                target[key] = change.DeepClone();
                break;
            case JsonObject change:
                bool existed = target[key] is JsonObject;
                if (!existed)
                    target[key] = new JsonObject();

                // The members of a map are not members of its value type.
                Merge(target[key]!.AsObject(), change, field?.Shape == SchemaShape.Map ? "" : type);
                if (change.Text(Directive) == "delete")
                    target.Remove(key);
                break;
            case JsonArray changes when field?.MergeKey is { } mergeKey:
                if (target[key] is not JsonArray list)
                    target[key] = list = [];
                var before = list.DeepClone().AsArray();
                if (mergeKey.Length == 0)
                    AddValues(list, changes);
                else
                    MergeElements(list, changes, mergeKey, key, type);
                if (before.Count > 0)
                    ListOrder.Arrange(list, mergeKey, changes, before);
                break;
            default:
                target[key] = value.DeepClone();
                break;
        }
    }

    private void MergeElements(JsonArray list, JsonArray changes, string mergeKey, string name, string type)
    {
        if (changes.Any(static change => (change as JsonObject).Text(Directive) == "replace"))
        {
            list.Clear();
            foreach (JsonNode? change in changes)
                if (change is JsonObject element && element.Text(Directive) is null)
                    list.Add(element.DeepClone());
            return;
        }

        Dictionary<string, List<JsonObject>> present = new(StringComparer.Ordinal);
        foreach (JsonObject element in list.OfType<JsonObject>())
            Add(ElementKey.Of(element, mergeKey), element);
        HashSet<JsonNode> removed = [];
        foreach (JsonNode? node in changes)
        {
            JsonObject change = node as JsonObject ?? throw new PatchException($"{name}: expected objects", true);
            JsonNode id =
                change[mergeKey]
                ?? throw new PatchException($"map: {GoText.Of(change)} does not contain declared merge key: {mergeKey}", true);
            string key = ElementKey.Of(id);
            JsonObject? existing = present.GetValueOrDefault(key) is [var first, ..] ? first : null;
            if (change.Text(Directive) == "delete")
            {
                if (existing is null)
                    continue;
                removed.Add(existing);
                present[key].RemoveAt(0);
                continue;
            }

            if (existing is null)
            {
                list.Add(existing = []);
                Add(key, existing);
            }

            Merge(existing, change, type);
        }

        if (removed.Count > 0)
            Keep(list, element => element is null || !removed.Contains(element));

        void Add(string key, JsonObject element)
        {
            if (present.TryGetValue(key, out List<JsonObject>? same))
                same.Add(element);
            else
                present.Add(key, [element]);
        }
    }

    private static void AddValues(JsonArray list, JsonArray values)
    {
        HashSet<string> present = [.. list.Select(ElementKey.Of)];
        foreach (JsonNode? value in values)
            if (present.Add(ElementKey.Of(value)))
                list.Add(value?.DeepClone());
    }

    private static void RemoveValues(JsonObject target, string name, JsonArray? values)
    {
        if (target[name] is not JsonArray list || values is null)
            return;
        HashSet<string> gone = [.. values.Select(ElementKey.Of)];
        Keep(list, element => !gone.Contains(ElementKey.Of(element)));
    }

    private static void Keep(JsonArray list, Func<JsonNode?, bool> isKept)
    {
        JsonNode?[] kept = [.. list.Where(isKept)];
        list.Clear();
        foreach (JsonNode? element in kept)
            list.Add(element);
    }

    private static void Retain(JsonObject target, JsonObject patch)
    {
        if (patch[RetainKeys] is not JsonArray keys)
            return;
        var retained = keys.Select(static key => (string)key!).ToHashSet(StringComparer.Ordinal);
        target.RemoveAll([.. target.Select(static pair => pair.Key).Where(key => !retained.Contains(key))]);
    }
}

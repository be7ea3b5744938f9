namespace NodeManager.Sandbox.Model.Kinds.Custom.Schemas;

/// <summary>Validates uniqueness in lists: values of sets, keys of maps.</summary>
internal sealed class ListUniqueness(FieldErrors errors, bool isRecent)
{
    public void Check(JsonNode? node, SchemaNode schema, string path)
    {
        switch (node)
        {
            case JsonObject members:
                foreach ((string name, JsonNode? value) in members)
                {
                    if (!schema.Properties.TryGetValue(name, out SchemaNode? member))
                        member = schema.Additional;
                    if (member is not null)
                        Check(value, member, path.Length == 0 ? name : $"{path}.{name}");
                }

                break;
            case JsonArray list:
                if (schema.ListType == "set")
                    CheckSet(list, path);
                else if (schema.ListType == "map")
                    CheckMap(list, schema.ListKeys, path);
                if (schema.Items is not { } items)
                    break;
                for (int i = 0; i < list.Count; i++)
                    Check(list[i], items, $"{path}[{i}]");
                break;
        }
    }

    private void CheckSet(JsonArray list, string path)
    {
        for (int i = 1; i < list.Count; i++)
        {
            if (!list.Take(i).Any(one => JsonNode.DeepEquals(one, list[i])))
                continue;
            errors.Duplicate($"{path}[{i}]", list[i]);
        }
    }

    private void CheckMap(JsonArray list, string[] keys, string path)
    {
        var seen = new List<JsonObject>();
        for (int i = 0; i < list.Count; i++)
        {
            if (list[i] is not JsonObject element)
                continue;
            var key = new JsonObject();
            foreach (string name in keys.Order(StringComparer.Ordinal))
                if (element[name] is { } value)
                    key[name] = value.DeepClone();
            if (!seen.Exists(one => JsonNode.DeepEquals(one, key)))
                seen.Add(key);
            else if (isRecent)
                errors.Duplicate($"{path}[{i}]", key);
            else
                errors.Add("FieldValueDuplicate", $"{path}[{i}]", $"Duplicate value: {Show(key)}");
        }
    }

    // As Go prints a map.
    private static string Show(JsonObject key) =>
        $"map[string]interface {{}}{{{string.Join(", ", key.Select(static pair => $"\"{pair.Key}\":{pair.Value!.ToJsonString()}"))}}}";
}

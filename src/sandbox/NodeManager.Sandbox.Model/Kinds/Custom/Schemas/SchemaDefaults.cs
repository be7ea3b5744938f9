namespace NodeManager.Sandbox.Model.Kinds.Custom.Schemas;

/// <summary>Applies defaults; drops nulls where they are not allowed.</summary>
internal static class SchemaDefaults
{
    public static void Apply(JsonObject document, SchemaNode schema)
    {
        if (schema.HasDefaults)
            Fill(document, schema);
        DropNulls(document, schema);
    }

    private static void Fill(JsonNode? node, SchemaNode schema)
    {
        switch (node)
        {
            case JsonObject members:
                foreach ((string name, SchemaNode property) in schema.Properties)
                {
                    bool isThere = members.TryGetPropertyValue(name, out JsonNode? value) && (value is not null || property.IsNullable);
                    if (!isThere && property.Default is { } given)
                        members[name] = given.DeepClone();
                    if (property.HasDefaults)
                        Fill(members[name], property);
                }

                if (schema.Additional is not { HasDefaults: true } additional)
                    break;
                foreach (
                    string name in members.Select(static pair => pair.Key).Where(name => !schema.Properties.ContainsKey(name)).ToArray()
                )
                {
                    if (members[name] is null && !additional.IsNullable && additional.Default is { } given)
                        members[name] = given.DeepClone();
                    Fill(members[name], additional);
                }

                break;
            case JsonArray list when schema.Items is { HasDefaults: true } items:
                for (int i = 0; i < list.Count; i++)
                {
                    if (list[i] is null && !items.IsNullable && items.Default is { } given)
                        list[i] = given.DeepClone();
                    Fill(list[i], items);
                }

                break;
        }
    }

    private static void DropNulls(JsonNode? node, SchemaNode schema)
    {
        switch (node)
        {
            case JsonObject members:
                List<string> nulls = [];
                foreach ((string name, JsonNode? value) in members)
                {
                    if (!schema.Properties.TryGetValue(name, out SchemaNode? member))
                        member = schema.Additional;
                    if (member is null)
                        continue;
                    if (value is null && !member.IsNullable)
                        nulls.Add(name);
                    else
                        DropNulls(value, member);
                }

                members.RemoveAll(nulls);
                break;
            case JsonArray list when schema.Items is { } items:
                foreach (JsonNode? item in list)
                    DropNulls(item, items);
                break;
        }
    }
}

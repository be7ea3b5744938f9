using NodeManager.Sandbox.Model.Schema;

namespace NodeManager.Sandbox.Model.Kinds.Custom.Schemas;

internal static class SchemaPruning
{
    private static readonly string[] ResourceMembers = ["apiVersion", "kind", "metadata"];

    public static List<string> Prune(JsonObject document, SchemaNode schema)
    {
        var paths = new List<string>();
        Prune(document, schema, "", paths);
        paths.Sort(StringComparer.Ordinal);
        return paths;
    }

    private static void Prune(JsonNode? node, SchemaNode? schema, string at, List<string> paths)
    {
        switch (node)
        {
            case JsonObject members:
                PruneMembers(members, schema, at, paths);
                break;
            case JsonArray list:
                // In a list without an item schema, only objects are pruned.
                if (schema is { KeepsUnknown: true, Items: null })
                    return;
                for (int i = 0; i < list.Count; i++)
                    Prune(list[i], schema?.Items, $"{at}[{i}]", paths);
                break;
        }
    }

    private static void PruneMembers(JsonObject members, SchemaNode? schema, string at, List<string> paths)
    {
        List<string> unknown = [];
        foreach ((string name, JsonNode? value) in members)
        {
            string path = at.Length == 0 ? name : $"{at}.{name}";
            if (schema is { IsResource: true } && ResourceMembers.Contains(name))
            {
                if (name == "metadata" && value is JsonObject metadata)
                    PruneMetadata(metadata, path, paths);
            }
            else if (schema is not null && schema.Properties.TryGetValue(name, out SchemaNode? property))
                Prune(value, property, path, paths);
            else if (schema is { Additional: { } additional })
                Prune(value, additional, path, paths);
            else if (schema is not ({ KeepsUnknown: true } or { HasAdditional: true }))
                unknown.Add(name);
        }

        members.RemoveAll(unknown);
        foreach (string name in unknown)
            paths.Add(at.Length == 0 ? name : $"{at}.{name}");
    }

    private static void PruneMetadata(JsonObject metadata, string at, List<string> paths) =>
        paths.AddRange(UnknownFields.Prune(metadata, "ObjectMeta", int.MaxValue).Select(path => $"{at}.{path}"));
}

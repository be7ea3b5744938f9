using System.Text.Json.Nodes;

namespace NodeManager.Sandbox.Kinds.Schema;

/// <summary>Finds and removes what a type does not have.</summary>
internal static class UnknownFields
{
    /// <summary>The paths of what was removed, in the order of the document: <c>spec.containers[0].imagee</c>.</summary>
    public static List<string> Prune(JsonObject document, string type)
    {
        var paths = new List<string>();
        Prune(document, type, "", paths);
        return paths;
    }

    private static void Prune(JsonObject document, string type, string at, List<string> paths)
    {
        if (ApiSchema.Instance.Members(type) is not { } members) return;
        foreach ((string name, JsonNode? value) in document.ToArray())
        {
            string path = at.Length == 0 ? name : $"{at}.{name}";
            if (!members.TryGetValue(name, out SchemaField? field))
            {
                if (at.Length == 0 && name is "kind" or "apiVersion") continue;
                paths.Add(path);
                document.Remove(name);
                continue;
            }

            switch (value)
            {
                case JsonObject inner when field.Shape == SchemaShape.One:
                    Prune(inner, field.Type, path, paths);
                    break;
                case JsonObject map when field.Shape == SchemaShape.Map:
                    foreach ((string key, JsonNode? one) in map)
                        if (one is JsonObject element) Prune(element, field.Type, $"{path}.{key}", paths);
                    break;
                case JsonArray list when field.Shape == SchemaShape.List:
                    for (int i = 0; i < list.Count; i++)
                        if (list[i] is JsonObject element) Prune(element, field.Type, $"{path}[{i}]", paths);
                    break;
            }
        }
    }
}

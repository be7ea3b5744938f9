namespace NodeManager.Sandbox.Model.Schema;

internal static class UnknownFields
{
    /// <summary>Returns the removed paths in document order: <c>spec.containers[0].imagee</c>.</summary>
    /// <param name="minor">Fields of later minor versions are unknown.</param>
    public static List<string> Prune(JsonObject document, string type, int minor)
    {
        var paths = new List<string>();
        Prune(document, type, minor, "", paths);
        return paths;
    }

    private static void Prune(JsonObject document, string type, int minor, string at, List<string> paths)
    {
        if (ApiSchema.Instance.Members(type) is not { } members)
            return;
        List<string> unknown = [];
        foreach ((string name, JsonNode? value) in document)
        {
            string path = at.Length == 0 ? name : $"{at}.{name}";
            if (!members.TryGetValue(name, out SchemaField? field) || !field.IsServedBy(minor))
            {
                // Embedded objects may have kind and apiVersion.
                if ((at.Length == 0 || type == "PersistentVolumeClaim") && name is "kind" or "apiVersion")
                    continue;
                paths.Add(path);
                unknown.Add(name);
                continue;
            }

            switch (value)
            {
                case JsonObject inner when field.Shape == SchemaShape.One:
                    Prune(inner, field.Type, minor, path, paths);
                    break;
                case JsonObject map when field.Shape == SchemaShape.Map:
                    foreach ((string key, JsonNode? one) in map)
                        if (one is JsonObject element)
                            Prune(element, field.Type, minor, $"{path}.{key}", paths);
                    break;
                case JsonArray list when field.Shape == SchemaShape.List:
                    for (int i = 0; i < list.Count; i++)
                        if (list[i] is JsonObject element)
                            Prune(element, field.Type, minor, $"{path}[{i}]", paths);
                    break;
            }
        }

        document.RemoveAll(unknown);
    }
}

using NodeManager.Kubernetes.Validation;

namespace NodeManager.Sandbox.Model.Kinds.Custom.Schemas;

/// <summary>Validates embedded objects with their apiVersion and kind.</summary>
internal sealed class EmbeddedResources(FieldErrors errors, bool isRecent)
{
    public void Check(JsonNode? node, SchemaNode schema, string path, string apiVersion)
    {
        switch (node)
        {
            case JsonObject members:
                if (schema is { IsResource: true, IsRoot: false })
                    CheckIdentity(members, path);
                foreach ((string name, JsonNode? value) in members)
                {
                    if (!schema.Properties.TryGetValue(name, out SchemaNode? member))
                        member = schema.Additional;
                    if (member is not null)
                        Check(value, member, path.Length == 0 ? name : $"{path}.{name}", apiVersion);
                }

                break;
            case JsonArray list when schema.Items is { } items:
                for (int i = 0; i < list.Count; i++)
                    Check(list[i], items, $"{path}[{i}]", apiVersion);
                break;
        }
    }

    private void CheckIdentity(JsonObject members, string path)
    {
        string missing = isRecent ? "" : "must not be empty";
        string version = members.Text("apiVersion") ?? "",
            kind = members.Text("kind") ?? "";
        if (version.Length == 0)
            errors.Required(path + ".apiVersion", missing);
        else if (version.Split('/').Length > 2)
            errors.Invalid(path + ".apiVersion", version, $"unexpected GroupVersion string: {version}");
        if (kind.Length == 0)
            errors.Required(path + ".kind", missing);
        else
            errors.Check(path + ".kind", kind, NameRules.Kind);
    }
}

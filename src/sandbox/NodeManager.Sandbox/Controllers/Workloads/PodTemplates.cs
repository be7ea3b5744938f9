using System.Text;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Controllers.Workloads;

/// <summary>Objects made from a template for an owner.</summary>
internal static class PodTemplates
{
    /// <summary>The label by which a ReplicaSet's pods name their template.</summary>
    public const string HashLabel = "pod-template-hash";

    /// <summary>The label by which the pods of a DaemonSet (its hash) or StatefulSet (its name) name their revision.</summary>
    public const string RevisionLabel = "controller-revision-hash";

    /// <summary>The label that counts a DaemonSet's templates.</summary>
    public const string GenerationLabel = "pod-template-generation";

    /// <summary>A pod as the owner's template has it; named by the server where no name is given.</summary>
    public static JsonObject MakePod(StoredObject owner, JsonObject template, string? name = null)
    {
        JsonObject metadata = template.Object("metadata")?.DeepClone().AsObject() ?? [];
        metadata.Remove("creationTimestamp");
        if (name is null)
            metadata["generateName"] = owner.Name + "-";
        else
            metadata["name"] = name;
        metadata["ownerReferences"] = new JsonArray(Reference(owner));
        return new() { ["metadata"] = metadata, ["spec"] = template["spec"]!.DeepClone() };
    }

    public static JsonObject Reference(StoredObject owner, bool isController = true)
    {
        JsonObject reference = new()
        {
            ["apiVersion"] = owner.Kind.ApiVersion(owner.Kind.Versions[0].Name),
            ["kind"] = owner.Kind.Kind,
            ["name"] = owner.Name,
            ["uid"] = owner.Uid,
        };
        if (!isController)
            return reference;
        reference["controller"] = true;
        reference["blockOwnerDeletion"] = true;
        return reference;
    }

    /// <summary>The name of a template's content: the same template, the same name, whatever the order of its members.</summary>
    public static string Hash(JsonObject template)
    {
        StringBuilder text = new();
        Write(text, template);
        return StableHash.Name(text.ToString());
    }

    public static void Label(JsonObject document, string key, string value) => document.Ensure("metadata").Ensure("labels")[key] = value;

    private static void Write(StringBuilder text, JsonNode? node)
    {
        if (node is JsonObject members)
        {
            text.Append('{');
            foreach ((string key, JsonNode? value) in members.OrderBy(member => member.Key, StringComparer.Ordinal))
            {
                // An emptied map is as good as none.
                if (value is null || (value is JsonObject { Count: 0 } && key is ("annotations" or "labels" or "nodeSelector")))
                    continue;
                text.Append(key).Append(':');
                Write(text, value);
                text.Append(',');
            }
            text.Append('}');
        }
        else if (node is JsonArray items)
        {
            text.Append('[');
            foreach (JsonNode? item in items)
            {
                Write(text, item);
                text.Append(',');
            }
            text.Append(']');
        }
        else
            text.Append(node?.ToString());
    }
}

using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Controllers.Workloads;

/// <summary>The template history of a DaemonSet or StatefulSet as ControllerRevisions, for rollout history and undo.</summary>
internal sealed class RevisionHistory(ControllerContext context, string hashLabel)
{
    /// <summary>The revision of the current template: a new one, or an earlier one with a new number.</summary>
    public StoredObject Current(StoredObject set, JsonObject document)
    {
        JsonObject template = document["spec"]!["template"]!.AsObject();
        string hash = PodTemplates.Hash(template),
            name = $"{set.Name}-{hash}";
        List<StoredObject> all = All(set);
        long newest = all.Select(NumberOf).DefaultIfEmpty(0).Max();
        JsonObject annotations = document.Object("metadata").Object("annotations")?.DeepClone().AsObject() ?? [];
        annotations.Remove("kubectl.kubernetes.io/last-applied-configuration");
        if (all.Find(one => one.Name == name) is { } known)
        {
            if (NumberOf(known) == newest)
                return known;
            return context.Registry.Update(
                known,
                revision =>
                {
                    // Keeps its annotations: they have the cause of this template, those of the set the cause of the last change.
                    revision["revision"] = newest + 1;
                }
            );
        }

        JsonObject labels = template.Object("metadata").Object("labels")?.DeepClone().AsObject() ?? [];
        labels[hashLabel] = hash;
        var metadata = new JsonObject
        {
            ["name"] = name,
            ["labels"] = labels,
            ["ownerReferences"] = new JsonArray(PodTemplates.Reference(set)),
        };
        SetAnnotations(metadata, annotations);
        JsonObject data = template.DeepClone().AsObject();
        data["$patch"] = "replace";
        // kubectl compares the stored bytes with its own serialization, whose members are sorted.
        data = Sorted(data).AsObject();
        return context.Registry.Create(
            BuiltInKinds.ControllerRevisions,
            set.Namespace,
            new()
            {
                ["metadata"] = metadata,
                ["data"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = data } },
                ["revision"] = newest + 1,
            }
        );
    }

    public JsonObject? Template(StoredObject set, string name)
    {
        if (context.Store.Get(BuiltInKinds.ControllerRevisions, set.Namespace, name) is not { } revision)
            return null;
        JsonObject? template = revision.ToJson().Object("data").Object("spec").Object("template")?.DeepClone().AsObject();
        template?.Remove("$patch");
        return template;
    }

    /// <summary>Deletes the oldest unused revisions above the set's limit.</summary>
    public void Trim(StoredObject set, JsonObject document, IEnumerable<string> used)
    {
        long kept = document.Object("spec").Number("revisionHistoryLimit") ?? 10;
        var living = used.ToHashSet(StringComparer.Ordinal);
        List<StoredObject> idle = [.. All(set).Where(revision => !living.Contains(revision.Name)).OrderBy(NumberOf)];
        foreach (StoredObject old in idle.Take((int)Math.Max(0, idle.Count - kept)))
            context.Registry.Delete(old.Kind, old.Namespace, old.Name, new() { Uid = old.Uid });
    }

    private static JsonNode Sorted(JsonNode value) =>
        value switch
        {
            JsonObject members => new JsonObject(
                members
                    .OrderBy(static pair => pair.Key, StringComparer.Ordinal)
                    .Select(static pair => KeyValuePair.Create(pair.Key, pair.Value is null ? null : (JsonNode?)Sorted(pair.Value)))
            ),
            JsonArray list => new JsonArray([.. list.Select(static one => one is null ? null : Sorted(one))]),
            _ => value.DeepClone(),
        };

    private static long NumberOf(StoredObject revision) => revision.ToJson().Number("revision") ?? 0;

    private static void SetAnnotations(JsonObject metadata, JsonObject annotations)
    {
        if (annotations.Count > 0)
            metadata["annotations"] = annotations;
        else
            metadata.Remove("annotations");
    }

    private List<StoredObject> All(StoredObject set) => [.. context.Store.ControlledBy(set.Uid, BuiltInKinds.ControllerRevisions)];
}

using System.Text.Json.Nodes;
using NodeManager.Sandbox.Controllers.Workloads;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Kinds.Rules;
using NodeManager.Sandbox.Model.Resources;

namespace NodeManager.Sandbox.Copying;

/// <summary>
/// The labels by which workloads know which of their pods are up to date are hashes, and every Kubernetes has its own: in the copy they are
/// the sandbox's. Otherwise it would start a rollout of everything.
/// </summary>
internal static class CopiedRevisions
{
    private const string SetLabel = PodTemplates.HashLabel, RevisionLabel = PodTemplates.RevisionLabel;

    public static void Translate(IReadOnlyDictionary<ResourceKind, IReadOnlyList<JsonObject>> all)
    {
        ILookup<string, JsonObject> revisions = Of(all, BuiltInKinds.ControllerRevisions).ToLookup(OwnerOf, StringComparer.Ordinal);
        ILookup<string, JsonObject> pods = Of(all, BuiltInKinds.Pods).ToLookup(OwnerOf, StringComparer.Ordinal);
        foreach (JsonObject set in Of(all, BuiltInKinds.ReplicaSets)) TranslateSet(set, pods[UidOf(set)]);
        foreach (JsonObject set in Of(all, BuiltInKinds.StatefulSets))
        {
            Dictionary<string, string> translated = TranslateHistory(set, revisions[UidOf(set)], "controller.kubernetes.io/hash");
            foreach (JsonObject pod in pods[UidOf(set)])
                if (Label(pod, RevisionLabel) is { } revision && translated.TryGetValue(revision, out string? name)) PodTemplates.Label(pod, RevisionLabel, name);
            if (set.Object("status").Text("currentRevision") is { } before && translated.TryGetValue(before, out string? kept)) set["status"]!["currentRevision"] = kept;
            string current = set.Object("status").Text("updateRevision") ?? "";
            string hash = $"{set.Object("metadata").Text("name")}-{PodTemplates.Hash(TemplateOf(set))}";
            foreach (JsonObject pod in pods[UidOf(set)])
                if (current.Length > 0 && Label(pod, RevisionLabel) == current) PodTemplates.Label(pod, RevisionLabel, hash);
            if (current.Length == 0) continue;
            if (set.Object("status").Text("currentRevision") == current) set["status"]!["currentRevision"] = hash;
            set["status"]!["updateRevision"] = hash;
        }

        foreach (JsonObject set in Of(all, BuiltInKinds.DaemonSets))
        {
            string hash = PodTemplates.Hash(TemplateOf(set)), stem = set.Object("metadata").Text("name") + "-";
            Dictionary<string, string> translated = TranslateHistory(set, revisions[UidOf(set)], RevisionLabel);
            foreach (JsonObject pod in pods[UidOf(set)])
                if (Label(pod, RevisionLabel) is { } revision && translated.TryGetValue(stem + revision, out string? name)) PodTemplates.Label(pod, RevisionLabel, name[stem.Length..]);
                else if (IsCurrent(set, pod)) PodTemplates.Label(pod, RevisionLabel, hash);
        }
    }

    private static IEnumerable<JsonObject> Of(IReadOnlyDictionary<ResourceKind, IReadOnlyList<JsonObject>> all, ResourceKind kind) => all.GetValueOrDefault(kind) ?? [];

    private static void TranslateSet(JsonObject set, IEnumerable<JsonObject> pods)
    {
        if (Label(set, SetLabel) is not { } old) return;
        JsonObject template = TemplateOf(set).DeepClone().AsObject();
        if (template.Object("metadata").Object("labels") is { } labels && labels.Remove(SetLabel) && labels.Count == 0) template["metadata"]!.AsObject().Remove("labels");
        string hash = PodTemplates.Hash(template);
        if (old == hash) return;
        PodTemplates.Label(set, SetLabel, hash);
        PodTemplates.Label(TemplateOf(set), SetLabel, hash);
        if (set.Object("spec").Object("selector").Object("matchLabels") is { } selector && selector.ContainsKey(SetLabel)) selector[SetLabel] = hash;
        foreach (JsonObject pod in pods)
            if (Label(pod, SetLabel) == old) PodTemplates.Label(pod, SetLabel, hash);
    }

    /// <summary>Names the kept templates of a set as the sandbox would; by their names before. What is of no set of ours is left alone.</summary>
    private static Dictionary<string, string> TranslateHistory(JsonObject set, IEnumerable<JsonObject> revisions, string hashLabel)
    {
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach (JsonObject revision in revisions)
        {
            JsonObject data = revision["data"] as JsonObject ?? [];
            if (data.Object("spec").Object("template") is not { } kept) continue;
            JsonObject template = kept.DeepClone().AsObject();
            template.Remove("$patch");
            WorkloadRules.Template(new() { ["spec"] = new JsonObject { ["template"] = template } });
            string hash = PodTemplates.Hash(template), name = $"{set.Object("metadata").Text("name")}-{hash}";
            names[revision.Object("metadata").Text("name") ?? ""] = name;
            revision["metadata"]!["name"] = name;
            PodTemplates.Label(revision, hashLabel, hash);
        }

        return names;
    }

    private static bool IsCurrent(JsonObject set, JsonObject pod)
    {
        string? generation = set.Object("metadata").Object("annotations").Text(DaemonSetRules.TemplateGeneration);
        if (generation is not null && Label(pod, PodTemplates.GenerationLabel) is { } own) return own == generation;
        JsonObject? status = set.Object("status");
        return status.Number("updatedNumberScheduled") == status.Number("desiredNumberScheduled");
    }

    private static JsonObject TemplateOf(JsonObject workload) => workload["spec"]!["template"]!.AsObject();

    private static string? Label(JsonObject document, string key) => document.Object("metadata").Object("labels").Text(key);

    private static string UidOf(JsonObject document) => document.Object("metadata").Text("uid") ?? "";

    private static string OwnerOf(JsonObject pod) =>
        (pod.Object("metadata").Array("ownerReferences") ?? []).OfType<JsonObject>().FirstOrDefault(owner => owner.Flag("controller") == true).Text("uid") ?? "";
}

using NodeManager.Sandbox.Controllers.Workloads;
using NodeManager.Sandbox.Model.Kinds.Strategies;

namespace NodeManager.Sandbox.Copying;

/// <summary>
/// Recomputes template hashes in labels, which differ between Kubernetes versions. Otherwise the sandbox would roll out all workloads.
/// </summary>
internal sealed class CopiedRevisions
{
    private const string SetLabel = PodTemplates.HashLabel,
        RevisionLabel = PodTemplates.RevisionLabel;

    private readonly Dictionary<string, Action<JsonObject>> _ofPods = new(StringComparer.Ordinal);

    /// <summary>Translates workloads and their histories.</summary>
    public CopiedRevisions(IReadOnlyDictionary<ResourceKind, JsonObject[]> all)
    {
        ILookup<string, JsonObject> revisions = Of(all, BuiltInKinds.ControllerRevisions).ToLookup(OwnerOf, StringComparer.Ordinal);
        foreach (JsonObject set in Of(all, BuiltInKinds.ReplicaSets))
            TranslateSet(set);
        foreach (JsonObject set in Of(all, BuiltInKinds.StatefulSets))
            TranslateStatefulSet(set, revisions[UidOf(set)]);
        foreach (JsonObject set in Of(all, BuiltInKinds.DaemonSets))
            TranslateDaemonSet(set, revisions[UidOf(set)]);
    }

    /// <summary>Workloads and their revisions.</summary>
    public static IReadOnlyList<ResourceKind> Kinds { get; } =
    [BuiltInKinds.ControllerRevisions, BuiltInKinds.ReplicaSets, BuiltInKinds.StatefulSets, BuiltInKinds.DaemonSets];

    /// <summary>Translates the labels of a pod. Thread-safe.</summary>
    public void Translate(JsonObject pod)
    {
        if (_ofPods.TryGetValue(OwnerOf(pod), out Action<JsonObject>? translate))
            translate(pod);
    }

    private static JsonObject[] Of(IReadOnlyDictionary<ResourceKind, JsonObject[]> all, ResourceKind kind) =>
        all.GetValueOrDefault(kind) ?? [];

    private void TranslateSet(JsonObject set)
    {
        if (Label(set, SetLabel) is not { } old)
            return;
        JsonObject template = TemplateOf(set).DeepClone().AsObject();
        if (template.Object("metadata").Object("labels") is { } labels && labels.Remove(SetLabel) && labels.Count == 0)
            template["metadata"]!.AsObject().Remove("labels");
        string hash = PodTemplates.Hash(template);
        if (old == hash)
            return;
        PodTemplates.Label(set, SetLabel, hash);
        PodTemplates.Label(TemplateOf(set), SetLabel, hash);
        if (set.Object("spec").Object("selector").Object("matchLabels") is { } selector && selector.ContainsKey(SetLabel))
            selector[SetLabel] = hash;
        _ofPods[UidOf(set)] = pod =>
        {
            if (Label(pod, SetLabel) == old)
                PodTemplates.Label(pod, SetLabel, hash);
        };
    }

    private void TranslateStatefulSet(JsonObject set, IEnumerable<JsonObject> revisions)
    {
        Dictionary<string, string> translated = TranslateHistory(set, revisions, "controller.kubernetes.io/hash");
        if (set.Object("status").Text("updateRevision") is { Length: > 0 } newest)
        {
            string hash = $"{set.Object("metadata").Text("name")}-{PodTemplates.Hash(TemplateOf(set))}";
            translated.TryAdd(newest, hash);
            set["status"]!["updateRevision"] = hash;
        }

        if (set.Object("status").Text("currentRevision") is { } current && translated.TryGetValue(current, out string? kept))
            set["status"]!["currentRevision"] = kept;
        _ofPods[UidOf(set)] = pod =>
        {
            if (Label(pod, RevisionLabel) is { } revision && translated.TryGetValue(revision, out string? name))
                PodTemplates.Label(pod, RevisionLabel, name);
        };
    }

    private void TranslateDaemonSet(JsonObject set, IEnumerable<JsonObject> revisions)
    {
        string hash = PodTemplates.Hash(TemplateOf(set)),
            stem = set.Object("metadata").Text("name") + "-";
        Dictionary<string, string> translated = TranslateHistory(set, revisions, RevisionLabel);
        string? generation = set.Object("metadata").Object("annotations").Text(DaemonSetRules.TemplateGeneration);
        bool areCurrent = set.Object("status").Number("updatedNumberScheduled") == set.Object("status").Number("desiredNumberScheduled");
        _ofPods[UidOf(set)] = pod =>
        {
            if (Label(pod, RevisionLabel) is { } revision && translated.TryGetValue(stem + revision, out string? name))
                PodTemplates.Label(pod, RevisionLabel, name[stem.Length..]);
            else if (generation is not null && Label(pod, PodTemplates.GenerationLabel) is { } own ? own == generation : areCurrent)
                PodTemplates.Label(pod, RevisionLabel, hash);
        };
    }

    /// <summary>Renames the revisions of a set, and returns the new names by the old ones. Other revisions are unchanged.</summary>
    private static Dictionary<string, string> TranslateHistory(JsonObject set, IEnumerable<JsonObject> revisions, string hashLabel)
    {
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach (JsonObject revision in revisions)
        {
            JsonObject data = revision["data"] as JsonObject ?? [];
            if (data.Object("spec").Object("template") is not { } kept)
                continue;
            JsonObject template = kept.DeepClone().AsObject();
            template.Remove("$patch");
            WorkloadRules.Template(new() { ["spec"] = new JsonObject { ["template"] = template } });
            string hash = PodTemplates.Hash(template),
                name = $"{set.Object("metadata").Text("name")}-{hash}";
            names[revision.Object("metadata").Text("name") ?? ""] = name;
            revision["metadata"]!["name"] = name;
            PodTemplates.Label(revision, hashLabel, hash);
        }

        return names;
    }

    private static JsonObject TemplateOf(JsonObject workload) => workload["spec"]!["template"]!.AsObject();

    private static string? Label(JsonObject document, string key) => document.Object("metadata").Object("labels").Text(key);

    private static string UidOf(JsonObject document) => document.Object("metadata").Text("uid") ?? "";

    private static string OwnerOf(JsonObject pod) =>
        pod.Object("metadata").Objects("ownerReferences").FirstOrDefault(owner => owner.Flag("controller") == true).Text("uid") ?? "";
}

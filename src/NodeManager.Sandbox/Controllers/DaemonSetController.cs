using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers;

/// <summary>One pod on every node that a DaemonSet selects.</summary>
internal sealed class DaemonSetController(ControllerContext context) : Controller(context)
{
    private const string Component = "daemonset-controller";
    private const string HashLabel = "controller-revision-hash";
    private readonly RevisionHistory history = new(context, HashLabel);

    /// <summary>Added to every daemon pod. Source: the Kubernetes documentation, "DaemonSet", taints and tolerations.</summary>
    private static readonly (string Key, string Effect)[] Tolerated =
    [
        ("node.kubernetes.io/not-ready", "NoExecute"), ("node.kubernetes.io/unreachable", "NoExecute"),
        ("node.kubernetes.io/disk-pressure", "NoSchedule"), ("node.kubernetes.io/memory-pressure", "NoSchedule"),
        ("node.kubernetes.io/pid-pressure", "NoSchedule"), ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ];

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.DaemonSets, BuiltInKinds.Pods, BuiltInKinds.Nodes];

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind == BuiltInKinds.DaemonSets) Enqueue(item);
        else if (item.Kind == BuiltInKinds.Nodes)
        {
            if (change.Type == ChangeType.Modified && change.Previous is { } before && NodeChanges.IsSamePlace(before.As<Node>(), item.As<Node>())) return;
            foreach (StoredObject set in Store.List(BuiltInKinds.DaemonSets).Objects.Walk()) Enqueue(set);
        }
        else if (item.As<Pod>().Controller() is { Kind: "DaemonSet" } owner) Enqueue(new ObjectKey(BuiltInKinds.DaemonSets, item.Namespace, owner.Name));
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { IsDeleting: false } stored) return;
        JsonObject document = stored.ToJson();
        JsonObject template = document["spec"]!["template"]!.AsObject();
        string hash = PodTemplates.Hash(template);
        history.Current(stored, document);
        JsonObject made = MakeTemplate(template);
        Pod shape = JsonSerializer.Deserialize(made, KubernetesJson.Default.Pod)!;
        ILookup<string, StoredObject> pods = Store.PodsOf(stored.Uid).ToLookup(NodeOf, StringComparer.Ordinal);
        HashSet<string> known = new(StringComparer.Ordinal);
        Counts counts = new();
        List<StoredObject> outdated = [];
        foreach (StoredObject node in Store.List(BuiltInKinds.Nodes).Objects.Walk())
        {
            known.Add(node.Name);
            (bool shouldRun, bool mayStay) = Judge(shape, node.As<Node>());
            StoredObject? pod = Keep(stored, pods[node.Name]);
            if (pod is null && shouldRun && !pods[node.Name].Any()) pod = Create(stored, made, node.Name);
            else if (pod is { IsDeleting: false } && !mayStay) Delete(stored, pod);
            counts.Add(pod, shouldRun, hash, document.Object("spec").Number("minReadySeconds") ?? 0, Context.Now);
            if (pod is { IsDeleting: false } && shouldRun && pod.Labels?.GetValueOrDefault(HashLabel) != hash) outdated.Add(pod);
        }
        foreach (IGrouping<string, StoredObject> lost in pods)
            if (!known.Contains(lost.Key))
                foreach (StoredObject pod in lost.Where(pod => !pod.IsDeleting)) Delete(stored, pod);
        Update(stored, document, outdated, counts);
        WriteStatus(stored, document, counts);
        history.Trim(stored, document, Store.PodsOf(stored.Uid).Select(pod => $"{stored.Name}-{pod.Labels?.GetValueOrDefault(HashLabel)}").Append($"{stored.Name}-{hash}"));
    }

    /// <summary>Where it runs, or where it is meant to run while the scheduler has not bound it.</summary>
    private static string NodeOf(StoredObject pod)
    {
        string bound = pod.Field("spec.nodeName");
        if (bound.Length > 0) return bound;
        return pod.As<Pod>().Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms
            is [{ MatchFields: [{ Values: [string name] }] }, ..] ? name : "";
    }

    private static (bool ShouldRun, bool MayStay) Judge(Pod shape, Node node)
    {
        if (!shape.Selects(node)) return (false, false);
        bool mayStay = node.Spec.Taints?.Exists(taint => taint.Effect == "NoExecute" && !shape.Tolerates(taint)) != true;
        return (mayStay && shape.FirstUntolerated(node) is null, mayStay);
    }

    /// <summary>The template with what every daemon pod has on top.</summary>
    public static JsonObject MakeTemplate(JsonObject template)
    {
        JsonObject made = template.DeepClone().AsObject();
        PodTemplates.Label(made, HashLabel, PodTemplates.Hash(template));
        JsonObject spec = made["spec"]!.AsObject();
        JsonArray tolerations = spec.Array("tolerations") ?? [];
        IEnumerable<(string, string)> added = spec.Flag("hostNetwork") == true ? [.. Tolerated, ("node.kubernetes.io/network-unavailable", "NoSchedule")] : Tolerated;
        foreach ((string key, string effect) in added) tolerations.Add(new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = effect });
        spec["tolerations"] = tolerations;
        return made;
    }

    /// <summary>The one pod that stays of those on a node: the oldest; failed ones and others go.</summary>
    private StoredObject? Keep(StoredObject set, IEnumerable<StoredObject> pods)
    {
        StoredObject? kept = null;
        foreach (StoredObject pod in pods.OrderBy(pod => pod.IsDeleting).ThenBy(pod => pod.As<Pod>().Metadata.CreationTimestamp))
        {
            if (!pod.IsDeleting && pod.Field("status.phase") == "Failed")
            {
                Context.Events.Warning(set, Component, "FailedDaemonPod", $"Found failed daemon pod {pod.Namespace}/{pod.Name} on node {pod.Field("spec.nodeName")}, will try to kill it");
                Delete(set, pod);
            }
            else if (kept is null) kept = pod;
            else if (!pod.IsDeleting) Delete(set, pod);
        }
        return kept;
    }

    /// <summary>The pod for one node: the scheduler puts it nowhere else.</summary>
    public static JsonObject MakePod(StoredObject set, JsonObject made, string node)
    {
        JsonObject pod = PodTemplates.MakePod(set, made);
        JsonObject required = pod["spec"]!.AsObject().Ensure("affinity").Ensure("nodeAffinity").Ensure("requiredDuringSchedulingIgnoredDuringExecution");
        JsonArray terms = required.Array("nodeSelectorTerms") ?? [new JsonObject()];
        foreach (JsonObject term in terms.OfType<JsonObject>())
            term["matchFields"] = new JsonArray(new JsonObject { ["key"] = "metadata.name", ["operator"] = "In", ["values"] = new JsonArray(node) });
        required["nodeSelectorTerms"] = terms;
        return pod;
    }

    private StoredObject Create(StoredObject set, JsonObject made, string node)
    {
        StoredObject created = Registry.Create(BuiltInKinds.Pods, set.Namespace, MakePod(set, made, node));
        Context.Events.Normal(set, Component, "SuccessfulCreate", $"Created pod: {created.Name}");
        return created;
    }

    private void Delete(StoredObject set, StoredObject pod)
    {
        Registry.Delete(BuiltInKinds.Pods, pod.Namespace, pod.Name, new() { Uid = pod.Uid });
        Context.Events.Normal(set, Component, "SuccessfulDelete", $"Deleted pod: {pod.Name}");
    }

    /// <summary>Replaces pods of an older template, no more at once than may be missing.</summary>
    private void Update(StoredObject set, JsonObject document, List<StoredObject> outdated, Counts counts)
    {
        JsonObject? strategy = document.Object("spec").Object("updateStrategy");
        if (strategy.Text("type") != "RollingUpdate") return;
        string allowed = strategy.Object("rollingUpdate")?["maxUnavailable"]?.ToString() ?? "1";
        int free = new IntOrString(allowed).Resolve(counts.Desired, roundUp: true) - (counts.Desired - counts.Available);
        foreach (StoredObject pod in outdated.OrderBy(pod => pod.As<Pod>().IsReady()))
        {
            bool isMissingAnyway = !pod.As<Pod>().IsReady();
            if (!isMissingAnyway && --free < 0) return;
            Delete(set, pod);
        }
    }

    private void WriteStatus(StoredObject stored, JsonObject document, Counts counts) =>
        Registry.UpdateStatus(stored.Kind, stored.Namespace, stored.Name, target =>
        {
            JsonObject status = target.Ensure("status");
            status["desiredNumberScheduled"] = counts.Desired;
            status["currentNumberScheduled"] = counts.Current;
            status["numberMisscheduled"] = counts.Misscheduled;
            status["numberReady"] = counts.Ready;
            WorkloadStatuses.Set(status, "numberAvailable", counts.Available);
            WorkloadStatuses.Set(status, "numberUnavailable", counts.Desired - counts.Available);
            WorkloadStatuses.Set(status, "updatedNumberScheduled", counts.Updated);
            status["observedGeneration"] = document.Object("metadata").Number("generation");
            return target;
        });

    private sealed class Counts
    {
        public int Desired { get; private set; }

        public int Current { get; private set; }

        public int Misscheduled { get; private set; }

        public int Ready { get; private set; }

        public int Available { get; private set; }

        public int Updated { get; private set; }

        public void Add(StoredObject? pod, bool shouldRun, string hash, long minReadySeconds, DateTimeOffset now)
        {
            if (shouldRun) Desired++;
            if (pod is null) return;
            if (!shouldRun)
            {
                Misscheduled++;
                return;
            }
            Current++;
            Pod typed = pod.As<Pod>();
            if (typed.IsReady()) Ready++;
            if (typed.IsAvailable((int)minReadySeconds, now)) Available++;
            if (pod.Labels?.GetValueOrDefault(HashLabel) == hash) Updated++;
        }
    }
}

using System.Text.Json;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Nodes;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Controllers.Workloads;
using NodeManager.Sandbox.Model.Kinds.Strategies;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers.DaemonSets;

internal sealed class DaemonSetController(ControllerContext context) : Controller(context)
{
    private const string Component = "daemonset-controller";
    private const string HashLabel = PodTemplates.RevisionLabel;
    private readonly RevisionHistory _history = new(context, HashLabel);
    private readonly DaemonBackOff _backOff = new();

    /// <summary>Tolerations of all daemon pods. Source: the Kubernetes documentation, "DaemonSet", taints and tolerations.</summary>
    private static readonly (string Key, string Effect)[] Tolerated =
    [
        ("node.kubernetes.io/not-ready", "NoExecute"),
        ("node.kubernetes.io/unreachable", "NoExecute"),
        ("node.kubernetes.io/disk-pressure", "NoSchedule"),
        ("node.kubernetes.io/memory-pressure", "NoSchedule"),
        ("node.kubernetes.io/pid-pressure", "NoSchedule"),
        ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ];

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.DaemonSets, BuiltInKinds.Pods, BuiltInKinds.Nodes];

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind == BuiltInKinds.DaemonSets)
            Enqueue(item);
        else if (item.Kind == BuiltInKinds.Nodes)
        {
            if (
                change.Type == ChangeType.Modified
                && change.Previous is { } before
                && NodeChanges.IsSamePlace(before.As<Node>(), item.As<Node>())
            )
                return;
            foreach (StoredObject set in Store.List(BuiltInKinds.DaemonSets).Objects.Walk())
                Enqueue(set);
        }
        else if (item.ControllerReference() is { Kind: "DaemonSet" } owner)
            Enqueue(new ObjectKey(BuiltInKinds.DaemonSets, item.Namespace, owner.Name));
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { IsDeleting: false } stored)
            return;
        JsonObject document = stored.ToJson();
        JsonObject spec = document["spec"]!.AsObject(),
            template = spec["template"]!.AsObject();
        string hash = PodTemplates.Hash(template);
        _history.Current(stored, document);
        JsonObject podTemplate = MakeTemplate(document);
        int minReadySeconds = (int)(spec.Number("minReadySeconds") ?? 0);
        ILookup<string, DaemonPod> pods = Store
            .PodsOf(stored.Uid)
            .Where(static pod => !pod.IsDeleting || pod.Field("status.phase") is not ("Succeeded" or "Failed"))
            .ToLookup(NodeOf, pod => DaemonPod.Of(pod, HashLabel, hash, minReadySeconds, Context.Now), StringComparer.Ordinal);
        List<DaemonNode> nodes = Nodes(podTemplate, pods);
        int desired = nodes.Count(static node => node.ShouldRun);
        bool isRolling = spec.Object("updateStrategy").Text("type") == "RollingUpdate";
        DaemonRollout rollout = Rollout(spec.Object("updateStrategy").Object("rollingUpdate"), desired, Waits);
        foreach (DaemonNode node in nodes)
            rollout.Keep(node);
        // Missing and surplus pods come first; the update continues afterwards.
        if (isRolling && rollout is { Created.Count: 0, Deleted.Count: 0 })
            rollout.Update(nodes);
        HashSet<string> known = [.. nodes.Select(static node => node.Name)];
        IEnumerable<DaemonPod> lost = pods.Where(group => !known.Contains(group.Key))
            .SelectMany(static group => group)
            .Where(static pod => !pod.Stored.IsDeleting);
        foreach (DaemonPod pod in rollout.Deleted.Concat(lost))
            Delete(stored, pod);
        foreach (string node in rollout.Created)
            Create(stored, podTemplate, node);
        WriteStatus(stored, document, desired, nodes);
        foreach (
            DaemonPod pod in nodes.SelectMany(static node => node.Pods).Where(static pod => pod is { IsReady: true, IsAvailable: false })
        )
            EnqueueAt(key, pod.Stored.As<Pod>().ReadySince()!.Value.AddSeconds(minReadySeconds));
        _history.Trim(
            stored,
            document,
            Store
                .PodsOf(stored.Uid)
                .Select(pod => $"{stored.Name}-{pod.Labels?.GetValueOrDefault(HashLabel)}")
                .Append($"{stored.Name}-{hash}")
        );

        bool Waits(DaemonPod failed)
        {
            if (
                _backOff.Until(stored.Uid, document.Object("metadata").Number("generation") ?? 0, NodeOf(failed.Stored), Context.Now)
                is not { } until
            )
                return false;
            EnqueueAt(key, until);
            return true;
        }
    }

    /// <summary>Percentages round up; if both limits are 0, one pod may be unavailable.</summary>
    private static DaemonRollout Rollout(JsonObject? rolling, int desired, Func<DaemonPod, bool> waits)
    {
        int unavailable = new IntOrString(rolling?["maxUnavailable"]?.ToString() ?? "1").Resolve(desired, roundUp: true);
        int surge = new IntOrString(rolling?["maxSurge"]?.ToString() ?? "0").Resolve(desired, roundUp: true);
        return new(surge, unavailable == 0 && surge == 0 ? 1 : unavailable, waits);
    }

    private List<DaemonNode> Nodes(JsonObject podTemplate, ILookup<string, DaemonPod> pods)
    {
        Pod shape = JsonSerializer.Deserialize(podTemplate, KubernetesJson.Default.Pod)!;
        List<DaemonNode> nodes = [];
        foreach (StoredObject node in Store.List(BuiltInKinds.Nodes).Objects.Walk())
        {
            (bool shouldRun, bool mayStay) = Judge(shape, node.As<Node>());
            nodes.Add(new(node.Name, shouldRun, mayStay, DaemonNode.Sort(pods[node.Name])));
        }

        return nodes;
    }

    /// <summary>The node of the pod, or the intended one before it is bound.</summary>
    private static string NodeOf(StoredObject pod)
    {
        string bound = pod.Field("spec.nodeName");
        if (bound.Length > 0)
            return bound;
        return
            pod.As<Pod>().Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms
                is [{ MatchFields: [{ Values: [string name] }] }, ..]
            ? name
            : "";
    }

    private static (bool ShouldRun, bool MayStay) Judge(Pod shape, Node node)
    {
        if (!shape.Selects(node))
            return (false, false);
        bool mayStay = node.Spec.Taints?.Exists(taint => taint.Effect == "NoExecute" && !shape.Tolerates(taint)) != true;
        return (mayStay && shape.FirstUntolerated(node) is null, mayStay);
    }

    /// <summary>The set's template with the additions for daemon pods.</summary>
    public static JsonObject MakeTemplate(JsonObject set)
    {
        JsonObject template = set["spec"]!["template"]!.AsObject(),
            podTemplate = template.DeepClone().AsObject();
        PodTemplates.Label(podTemplate, HashLabel, PodTemplates.Hash(template));
        if (set.Object("metadata").Object("annotations").Text(DaemonSetRules.TemplateGeneration) is { } generation)
            PodTemplates.Label(podTemplate, PodTemplates.GenerationLabel, generation);
        JsonObject spec = podTemplate["spec"]!.AsObject();
        JsonArray tolerations = spec.Array("tolerations") ?? [];
        IEnumerable<(string, string)> added =
            spec.Flag("hostNetwork") == true ? [.. Tolerated, ("node.kubernetes.io/network-unavailable", "NoSchedule")] : Tolerated;
        foreach ((string key, string effect) in added)
            tolerations.Add(
                new JsonObject
                {
                    ["key"] = key,
                    ["operator"] = "Exists",
                    ["effect"] = effect,
                }
            );
        spec["tolerations"] = tolerations;
        return podTemplate;
    }

    /// <summary>The pod of a node, with an affinity to it.</summary>
    public static JsonObject MakePod(StoredObject set, JsonObject podTemplate, string node)
    {
        JsonObject pod = PodTemplates.MakePod(set, podTemplate);
        JsonObject required = pod["spec"]!
            .AsObject()
            .Ensure("affinity")
            .Ensure("nodeAffinity")
            .Ensure("requiredDuringSchedulingIgnoredDuringExecution");
        JsonArray terms = required.Array("nodeSelectorTerms") ?? [new JsonObject()];
        foreach (JsonObject term in terms.OfType<JsonObject>())
            term["matchFields"] = new JsonArray(
                new JsonObject
                {
                    ["key"] = "metadata.name",
                    ["operator"] = "In",
                    ["values"] = new JsonArray(node),
                }
            );
        required["nodeSelectorTerms"] = terms;
        return pod;
    }

    private void Create(StoredObject set, JsonObject podTemplate, string node)
    {
        StoredObject created = Registry.Create(BuiltInKinds.Pods, set.Namespace, MakePod(set, podTemplate, node));
        Context.Events.Normal(set, Component, "SuccessfulCreate", $"Created pod: {created.Name}");
    }

    private void Delete(StoredObject set, DaemonPod pod)
    {
        string about = $"{pod.Stored.Namespace}/{pod.Stored.Name} on node {pod.Stored.Field("spec.nodeName")}, will try to";
        if (pod.Phase == "Failed")
            Context.Events.Warning(set, Component, "FailedDaemonPod", $"Found failed daemon pod {about} kill it");
        else if (pod.Phase == "Succeeded")
            Context.Events.Normal(set, Component, "SucceededDaemonPod", $"Found succeeded daemon pod {about} delete it");
        Registry.Delete(BuiltInKinds.Pods, pod.Stored.Namespace, pod.Stored.Name, new() { Uid = pod.Stored.Uid });
        Context.Events.Normal(set, Component, "SuccessfulDelete", $"Deleted pod: {pod.Stored.Name}");
    }

    /// <summary>A node counts by its oldest pod.</summary>
    private void WriteStatus(StoredObject stored, JsonObject document, int desired, List<DaemonNode> nodes)
    {
        DaemonPod[] counted =
        [
            .. nodes.Where(static node => node is { ShouldRun: true, Pods.Count: > 0 }).Select(static node => node.Pods[0]),
        ];
        int available = counted.Count(static pod => pod.IsAvailable);
        Registry.UpdateStatus(
            stored,
            target =>
            {
                JsonObject status = target.Ensure("status");
                status["desiredNumberScheduled"] = desired;
                status["currentNumberScheduled"] = counted.Length;
                status["numberMisscheduled"] = nodes.Count(static node => node is { ShouldRun: false, Pods.Count: > 0 });
                status["numberReady"] = counted.Count(static pod => pod.IsReady);
                WorkloadStatuses.Set(status, "numberAvailable", available);
                WorkloadStatuses.Set(status, "numberUnavailable", desired - available);
                WorkloadStatuses.Set(status, "updatedNumberScheduled", counted.Count(static pod => pod.IsCurrent));
                status["observedGeneration"] = document.Object("metadata").Number("generation");
            }
        );
    }
}

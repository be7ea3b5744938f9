using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Controllers.Workloads;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers.StatefulSets;

/// <summary>Pods with stable names, ordinals and volumes: created in order, updated and deleted from the highest ordinal down.</summary>
internal sealed class StatefulSetController(ControllerContext context) : Controller(context)
{
    private const string Component = "statefulset-controller";
    private const int AvailableFrom = 22,
        AvailableAlwaysFrom = 25,
        CapitalsFrom = 36;
    private readonly RevisionHistory _history = new(context, "controller.kubernetes.io/hash");

    private readonly StatefulClaims _claims = new(context);

    public override IReadOnlyList<ResourceKind> Kinds { get; } =
    [BuiltInKinds.StatefulSets, BuiltInKinds.Pods, BuiltInKinds.PersistentVolumeClaims];

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind == BuiltInKinds.StatefulSets)
            Enqueue(item);
        else if (item.Kind == BuiltInKinds.PersistentVolumeClaims)
        {
            // A pod may wait for the deletion of an old claim.
            if (change.Type != ChangeType.Deleted)
                return;
            foreach (StoredObject set in Store.List(BuiltInKinds.StatefulSets).Objects.Walk(item.Namespace))
                Enqueue(set);
        }
        else if (item.ControllerReference() is { Kind: "StatefulSet" } owner)
            Enqueue(new ObjectKey(BuiltInKinds.StatefulSets, item.Namespace, owner.Name));
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { IsDeleting: false } stored)
            return;
        JsonObject document = stored.ToJson();
        JsonObject spec = document["spec"]!.AsObject();
        string hash = _history.Current(stored, document).Name;
        string current =
            document.Object("status").Text("currentRevision") is { Length: > 0 } known && _history.Template(stored, known) is not null
                ? known
                : hash;
        StatefulPlan plan = new(spec, hash, current, Context.Now);
        SortedDictionary<int, StoredObject> pods = [];
        foreach (StoredObject pod in Store.PodsOf(stored.Uid))
            if (StatefulPlan.OrdinalOf(stored, pod) is { } ordinal)
                pods[ordinal] = pod;
        foreach ((int ordinal, StoredObject pod) in pods.Where(static pair => !pair.Value.IsDeleting))
            _claims.Own(stored, spec, pod, plan.IsDesired(ordinal));
        bool isSettled = plan.IsOrdered ? Scale(stored, spec, plan, pods) : ScaleInParallel(stored, spec, plan, pods);
        if (isSettled && plan.Outdated(pods) is { } outdated)
            Delete(stored, outdated);
        StoredObject[] remaining =
        [
            .. pods
                .Values.Select(pod => Store.Get(BuiltInKinds.Pods, pod.Namespace, pod.Name) is { } now && now.Uid == pod.Uid ? now : null)
                .OfType<StoredObject>(),
        ];
        WriteStatus(stored, document, plan, remaining);
        foreach (StoredObject pod in remaining.Where(pod => pod.As<Pod>().IsReady() && !plan.IsAvailable(pod)))
            EnqueueAt(key, pod.As<Pod>().ReadySince()!.Value.AddSeconds(plan.MinReadySeconds));
        _history.Trim(
            stored,
            document,
            pods.Values.Select(pod => pod.Labels?.GetValueOrDefault(PodTemplates.RevisionLabel) ?? "").Concat([hash, current])
        );
    }

    /// <summary>One step of creating or deleting pods in order; true when nothing is pending.</summary>
    private bool Scale(StoredObject set, JsonObject spec, StatefulPlan plan, SortedDictionary<int, StoredObject> pods)
    {
        foreach (int ordinal in plan.Ordinals)
        {
            if (!pods.TryGetValue(ordinal, out StoredObject? pod))
            {
                Create(set, spec, plan, ordinal, pods);
                return false;
            }

            if (StatefulPlan.IsOver(pod))
            {
                if (!pod.IsDeleting)
                    Delete(set, pod);
                return false;
            }

            if (pod.IsDeleting || !plan.IsAvailable(pod))
                return false;
        }

        // All remaining pods are available here. The last surplus pod is deleted first; an unavailable one only if it is the only one.
        StoredObject[] surplus = [.. pods.Where(pair => !plan.IsDesired(pair.Key)).Select(static pair => pair.Value)];
        if (surplus.Length == 0)
            return true;
        StoredObject last = surplus[^1];
        bool isBlocked = !plan.IsAvailable(last) && Array.Find(surplus, pod => pod.IsDeleting || !plan.IsAvailable(pod)) != last;
        if (!last.IsDeleting && !isBlocked)
            Delete(set, last);
        return false;
    }

    /// <summary>The same for parallel pod management; never pending, because updates wait on their own.</summary>
    private bool ScaleInParallel(StoredObject set, JsonObject spec, StatefulPlan plan, SortedDictionary<int, StoredObject> pods)
    {
        foreach (int ordinal in plan.Ordinals)
        {
            if (!pods.TryGetValue(ordinal, out StoredObject? pod))
                Create(set, spec, plan, ordinal, pods);
            else if (StatefulPlan.IsOver(pod) && !pod.IsDeleting)
                Delete(set, pod);
        }

        foreach ((_, StoredObject pod) in pods.Reverse().Where(pair => !plan.IsDesired(pair.Key) && !pair.Value.IsDeleting))
            Delete(set, pod);
        return true;
    }

    private void Create(StoredObject set, JsonObject spec, StatefulPlan plan, int ordinal, SortedDictionary<int, StoredObject> pods)
    {
        string name = $"{set.Name}-{ordinal}",
            revision = plan.RevisionOf(ordinal);
        if (_claims.IsStale(set, spec, name))
            return;
        JsonObject podTemplate =
            revision == plan.Newest ? spec["template"]!.AsObject() : _history.Template(set, revision) ?? spec["template"]!.AsObject();
        JsonObject pod = PodTemplates.MakePod(set, podTemplate, name);
        pod["metadata"]!["generateName"] = set.Name + "-";
        PodTemplates.Label(pod, PodTemplates.RevisionLabel, revision);
        PodTemplates.Label(pod, "statefulset.kubernetes.io/pod-name", name);
        if (Context.MinorVersion >= 28)
            PodTemplates.Label(pod, "apps.kubernetes.io/pod-index", ordinal.ToString(CultureInfo.InvariantCulture));
        JsonObject podSpec = pod["spec"]!.AsObject();
        podSpec["hostname"] = name;
        if (spec.Text("serviceName") is { Length: > 0 } service)
            podSpec["subdomain"] = service;
        _claims.Mount(
            set,
            spec,
            name,
            podSpec,
            claim => RecordEvent(set, "SuccessfulCreate", $"{Verb("create")} Claim {claim} Pod {name} in StatefulSet {set.Name} success")
        );
        pods[ordinal] = Registry.Create(BuiltInKinds.Pods, set.Namespace, pod);
        _claims.Own(set, spec, pods[ordinal], isWanted: true);
        RecordEvent(set, "SuccessfulCreate", $"{Verb("create")} Pod {name} in StatefulSet {set.Name} successful");
    }

    private void Delete(StoredObject set, StoredObject pod)
    {
        Registry.Delete(BuiltInKinds.Pods, pod.Namespace, pod.Name, new() { Uid = pod.Uid });
        RecordEvent(set, "SuccessfulDelete", $"{Verb("delete")} Pod {pod.Name} in StatefulSet {set.Name} successful");
    }

    private void RecordEvent(StoredObject set, string reason, string message) => Context.Events.Normal(set, Component, reason, message);

    private string Verb(string verb) => Context.MinorVersion >= CapitalsFrom ? char.ToUpperInvariant(verb[0]) + verb[1..] : verb;

    private void WriteStatus(StoredObject stored, JsonObject document, StatefulPlan plan, StoredObject[] pods)
    {
        int ready = pods.Count(static pod => pod.As<Pod>().IsReady()),
            available = pods.Count(plan.IsAvailable);
        int updated = Of(plan.Newest),
            wanted = plan.Ordinals.Count();
        bool isComplete =
            document.Object("spec").Object("updateStrategy").Text("type") == "RollingUpdate"
            && updated == wanted
            && ready == wanted
            && pods.Length == wanted;
        string current = isComplete ? plan.Newest : plan.Current;
        Registry.UpdateStatus(
            stored,
            target =>
            {
                JsonObject status = target.Ensure("status");
                status["observedGeneration"] = document.Object("metadata").Number("generation");
                status["replicas"] = pods.Length;
                WorkloadStatuses.Set(status, "readyReplicas", ready);
                if (Context.MinorVersion >= AvailableAlwaysFrom)
                    status["availableReplicas"] = available;
                else if (Context.MinorVersion >= AvailableFrom)
                    WorkloadStatuses.Set(status, "availableReplicas", available);
                WorkloadStatuses.Set(status, "updatedReplicas", updated);
                status["updateRevision"] = plan.Newest;
                status["currentRevision"] = current;
                WorkloadStatuses.Set(status, "currentReplicas", Of(current));
                status["collisionCount"] = 0;
            }
        );

        int Of(string revision) =>
            pods.Count(pod => !pod.IsDeleting && pod.Labels?.GetValueOrDefault(PodTemplates.RevisionLabel) == revision);
    }
}

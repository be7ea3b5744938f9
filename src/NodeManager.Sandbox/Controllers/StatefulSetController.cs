using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Kinds;
using NodeManager.Sandbox.Store;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers;

/// <summary>Pods with names, numbers and volumes of their own: made in order, replaced and removed from the highest number down.</summary>
internal sealed class StatefulSetController(ControllerContext context) : Controller(context)
{
    private const string Component = "statefulset-controller";
    private const string HashLabel = "controller-revision-hash";
    private readonly RevisionHistory history = new(context, "controller.kubernetes.io/hash");

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.StatefulSets, BuiltInKinds.Pods];

    public override void Observe(Change change)
    {
        if (change.Object.Kind == BuiltInKinds.StatefulSets) Enqueue(change.Object);
        else if (change.Object.As<Pod>().Controller() is { Kind: "StatefulSet" } owner) Enqueue(new ObjectKey(BuiltInKinds.StatefulSets, change.Object.Namespace, owner.Name));
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { IsDeleting: false } stored) return;
        JsonObject document = stored.ToJson();
        JsonObject spec = document["spec"]!.AsObject();
        int wanted = (int)(spec.Number("replicas") ?? 1);
        string hash = history.Current(stored, document).Name;
        string current = document.Object("status").Text("currentRevision") is { Length: > 0 } known && history.Template(stored, known) is not null ? known : hash;
        SortedDictionary<int, StoredObject> pods = [];
        foreach (StoredObject pod in Store.PodsOf(stored.Uid))
            if (int.TryParse(pod.Name.AsSpan(stored.Name.Length + 1), CultureInfo.InvariantCulture, out int ordinal)) pods[ordinal] = pod;
        Act(stored, spec, wanted, new(hash, current), pods);
        WriteStatus(stored, document, new(hash, current), pods);
        history.Trim(stored, document, pods.Values.Select(pod => pod.Labels?.GetValueOrDefault(HashLabel) ?? "").Concat([hash, current]));
    }

    private static bool IsHealthy(StoredObject pod) => !pod.IsDeleting && pod.As<Pod>().IsReady();

    private void Act(StoredObject set, JsonObject spec, int wanted, Revisions revisions, SortedDictionary<int, StoredObject> pods)
    {
        bool isOrdered = spec.Text("podManagementPolicy") != "Parallel";
        for (int ordinal = 0; ordinal < wanted; ordinal++)
        {
            if (pods.TryGetValue(ordinal, out StoredObject? pod) && !pod.IsDeleting && pod.Field("status.phase") is "Failed" or "Succeeded")
            {
                Delete(set, pod!);
                return;
            }
            if (pod is null) pods[ordinal] = pod = Create(set, spec, ordinal, RevisionOf(spec, ordinal, revisions), revisions.Newest);
            if (isOrdered && !IsHealthy(pod)) return;
        }
        foreach ((int ordinal, StoredObject pod) in pods.Reverse().Where(pair => pair.Key >= wanted))
        {
            if (!pod.IsDeleting) Delete(set, pod);
            if (isOrdered) return;
        }
        if (spec.Object("updateStrategy").Text("type") == "OnDelete") return;
        long partition = spec.Object("updateStrategy").Object("rollingUpdate").Number("partition") ?? 0;
        foreach ((int ordinal, StoredObject pod) in pods.Reverse().Where(pair => pair.Key >= partition && pair.Key < wanted))
        {
            if (!pod.IsDeleting && pod.Labels?.GetValueOrDefault(HashLabel) != revisions.Newest)
            {
                Delete(set, pod);
                return;
            }
            if (!IsHealthy(pod)) return;
        }
    }

    // Below the partition everything stays at what it was, also what is made anew.
    private static string RevisionOf(JsonObject spec, int ordinal, Revisions revisions)
    {
        JsonObject? strategy = spec.Object("updateStrategy");
        bool isHeldBack = strategy.Text("type") == "RollingUpdate" && ordinal < (strategy.Object("rollingUpdate").Number("partition") ?? 0);
        return isHeldBack ? revisions.Current : revisions.Newest;
    }

    private StoredObject Create(StoredObject set, JsonObject spec, int ordinal, string hash, string newest)
    {
        string name = $"{set.Name}-{ordinal}";
        JsonObject podTemplate = hash == newest ? spec["template"]!.AsObject() : history.Template(set, hash) ?? spec["template"]!.AsObject();
        JsonObject pod = PodTemplates.MakePod(set, podTemplate, name);
        PodTemplates.Label(pod, HashLabel, hash);
        PodTemplates.Label(pod, "statefulset.kubernetes.io/pod-name", name);
        if (Context.MinorVersion >= 28) PodTemplates.Label(pod, "apps.kubernetes.io/pod-index", ordinal.ToString(CultureInfo.InvariantCulture));
        JsonObject podSpec = pod["spec"]!.AsObject();
        podSpec["hostname"] = name;
        if (spec.Text("serviceName") is { Length: > 0 } service) podSpec["subdomain"] = service;
        JsonArray volumes = podSpec.Array("volumes") ?? [];
        foreach (JsonObject template in (spec.Array("volumeClaimTemplates") ?? []).OfType<JsonObject>())
        {
            string volume = template.Object("metadata").Text("name") ?? "";
            string claim = $"{volume}-{name}";
            volumes.Add(new JsonObject { ["name"] = volume, ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = claim } });
            if (Store.Get(BuiltInKinds.PersistentVolumeClaims, set.Namespace, claim) is not null) continue;
            JsonObject metadata = template.Object("metadata")!.DeepClone().AsObject();
            metadata["name"] = claim;
            metadata["labels"] = spec.Object("selector").Object("matchLabels")?.DeepClone();
            Registry.Create(BuiltInKinds.PersistentVolumeClaims, set.Namespace, new() { ["metadata"] = metadata, ["spec"] = template["spec"]!.DeepClone() });
        }
        if (volumes.Count > 0) podSpec["volumes"] = volumes;
        StoredObject created = Registry.Create(BuiltInKinds.Pods, set.Namespace, pod);
        Context.Events.Normal(set, Component, "SuccessfulCreate", $"create Pod {name} in StatefulSet {set.Name} successful");
        return created;
    }

    private void Delete(StoredObject set, StoredObject pod)
    {
        Registry.Delete(BuiltInKinds.Pods, pod.Namespace, pod.Name, new() { Uid = pod.Uid });
        Context.Events.Normal(set, Component, "SuccessfulDelete", $"delete Pod {pod.Name} in StatefulSet {set.Name} successful");
    }

    private void WriteStatus(StoredObject stored, JsonObject document, Revisions revisions, SortedDictionary<int, StoredObject> pods)
    {
        int ready = pods.Values.Count(pod => pod.As<Pod>().IsReady());
        int updated = pods.Values.Count(pod => pod.Labels?.GetValueOrDefault(HashLabel) == revisions.Newest);
        bool isComplete = document.Object("spec").Object("updateStrategy").Text("type") == "RollingUpdate" && updated == pods.Count && ready == pods.Count;
        string current = isComplete ? revisions.Newest : revisions.Current;
        int unchanged = pods.Values.Count(pod => pod.Labels?.GetValueOrDefault(HashLabel) == current);
        Registry.UpdateStatus(stored.Kind, stored.Namespace, stored.Name, target =>
        {
            JsonObject status = target.Ensure("status");
            status["observedGeneration"] = document.Object("metadata").Number("generation");
            status["replicas"] = pods.Count;
            WorkloadStatuses.Set(status, "readyReplicas", ready);
            status["availableReplicas"] = ready;
            WorkloadStatuses.Set(status, "updatedReplicas", updated);
            status["updateRevision"] = revisions.Newest;
            status["currentRevision"] = current;
            WorkloadStatuses.Set(status, "currentReplicas", unchanged);
            status["collisionCount"] = 0;
            return target;
        });
    }

    /// <summary>The revision of the template now, and the one that all pods had when the last update was complete.</summary>
    private readonly record struct Revisions(string Newest, string Current);
}

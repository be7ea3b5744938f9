using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.ReplicaSets;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Controllers.Workloads;

namespace NodeManager.Sandbox.Controllers.Deployments;

/// <summary>Rolls out Deployments with ReplicaSets.</summary>
internal sealed class DeploymentController(ControllerContext context) : Controller(context)
{
    private const string Component = "deployment-controller";
    private const string HashLabel = PodTemplates.HashLabel;
    private const string DesiredReplicas = RevisionAnnotations.DesiredReplicas,
        MaxReplicas = RevisionAnnotations.MaxReplicas,
        Revision = RevisionAnnotations.Revision;

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Deployments, BuiltInKinds.ReplicaSets, BuiltInKinds.Pods];

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind == BuiltInKinds.Deployments)
            Enqueue(item);
        else if (item.Kind == BuiltInKinds.ReplicaSets && item.ControllerReference() is { Kind: "Deployment" } owner)
            Enqueue(Key(item, owner.Name));
        // Only Recreate waits for the end of pods.
        else if (
            item.Kind == BuiltInKinds.Pods
            && change.Type == ChangeType.Deleted
            && item.ControllerReference() is { Kind: "ReplicaSet" } set
            && Store.Get(BuiltInKinds.ReplicaSets, item.Namespace, set.Name)?.ControllerReference() is { Kind: "Deployment" } deployment
        )
            Enqueue(Key(item, deployment.Name));
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { IsDeleting: false } stored)
            return;
        Deployment deployment = stored.As<Deployment>();
        StoredObject[] all = [.. Store.ControlledBy(stored.Uid, BuiltInKinds.ReplicaSets)];
        if (all is [{ IsDeleting: false } only] && SettledRollout.IsSettled(deployment, only.As<ReplicaSet>()))
            return;
        JsonObject document = stored.ToJson();
        JsonObject template = document["spec"]!["template"]!.AsObject();
        string hash = PodTemplates.Hash(template);
        List<StoredObject> sets =
        [
            .. all.Where(set => !set.IsDeleting).OrderBy(set => set.As<ReplicaSet>().Metadata.CreationTimestamp).ThenBy(RevisionOf),
        ];
        StoredObject? current = sets.Find(set => set.Labels?.GetValueOrDefault(HashLabel) == hash);
        List<StoredObject> old = sets.FindAll(set => set != current);

        if (deployment.Spec.Paused == true || IsScaled(deployment, sets))
            ScaleOnly(stored, deployment, document, sets, old, ref current);
        else
            Roll(stored, deployment, document, template, hash, old, ref current);
        TrimHistory(document, old);
        WriteStatus(stored, deployment, current, document);
    }

    private static ObjectKey Key(StoredObject item, string name) => new(BuiltInKinds.Deployments, item.Namespace, name);

    private static int Size(StoredObject set) => set.As<ReplicaSet>().Spec.Replicas ?? 0;

    // Scaling takes precedence over the rollout.
    private static bool IsScaled(Deployment deployment, List<StoredObject> sets) =>
        (deployment.Spec.Strategy?.Type != "Recreate" || sets.Count(static set => Size(set) > 0) == 1)
        && sets.Exists(set =>
            Size(set) > 0 && RecordedRevision(set, DesiredReplicas) is { } desired && desired != (deployment.Spec.Replicas ?? 1)
        );

    private static int? RecordedRevision(StoredObject set, string annotation) =>
        int.TryParse(set.As<ReplicaSet>().Metadata.Annotations?.GetValueOrDefault(annotation), CultureInfo.InvariantCulture, out int number)
            ? number
            : null;

    private static (int Desired, int Most) Bounds(StoredObject stored)
    {
        Deployment deployment = stored.As<Deployment>();
        int desired = deployment.Spec.Replicas ?? 1;
        return (desired, RollingUpdate.MostOf(desired, deployment.Spec.Strategy));
    }

    /// <summary>Scales without a rollout: a paused Deployment, or one with another size.</summary>
    private void ScaleOnly(
        StoredObject stored,
        Deployment deployment,
        JsonObject document,
        List<StoredObject> sets,
        List<StoredObject> old,
        ref StoredObject? current
    )
    {
        if (current is not null)
        {
            current = UpdateNewestSet(current, document, NextRevision(old));
            RecordRevision(stored, RevisionOf(current));
        }

        int wanted = deployment.Spec.Replicas ?? 1;
        List<StoredObject> active = sets.FindAll(set => Size(set) > 0);
        if (active.Count <= 1)
        {
            if ((active.Count == 1 ? active[0] : current ?? sets.LastOrDefault()) is { } only)
                Scale(stored, only, wanted);
        }
        else if (
            current is not null
            && Size(current) == wanted
            && RecordedRevision(current, DesiredReplicas) == wanted
            && current.As<ReplicaSet>().Status.AvailableReplicas == wanted
        )
        {
            foreach (StoredObject set in old)
                if (Size(set) > 0)
                    Scale(stored, set, 0);
        }
        else if (deployment.Spec.Strategy?.Type != "Recreate")
        {
            int[] sizes = RollingUpdate
                .Of(wanted, deployment.Spec.Strategy)
                .Proportional([.. active.Select(set => (Size(set), RecordedRevision(set, MaxReplicas) ?? deployment.Status.Replicas))]);
            for (int index = 0; index < active.Count; index++)
                Scale(stored, active[index], sizes[index]);
        }

        if (current is not null)
            current = Get(ObjectKey.Of(current)) ?? current;
    }

    // The only set keeps its revision.
    private static long NextRevision(List<StoredObject> old) => old.Count == 0 ? 0 : old.Max(RevisionOf) + 1;

    private static long RevisionOf(StoredObject set) =>
        long.TryParse(
            set.As<ReplicaSet>().Metadata.Annotations?.GetValueOrDefault(Revision),
            CultureInfo.InvariantCulture,
            out long revision
        )
            ? revision
            : 0;

    private void Roll(
        StoredObject stored,
        Deployment deployment,
        JsonObject document,
        JsonObject template,
        string hash,
        List<StoredObject> old,
        ref StoredObject? current
    )
    {
        int wanted = deployment.Spec.Replicas ?? 1;
        long revision = Math.Max(1, NextRevision(old));
        bool isRecreate = deployment.Spec.Strategy?.Type == "Recreate";
        RollingUpdate rolling = RollingUpdate.Of(wanted, deployment.Spec.Strategy);
        if (isRecreate)
        {
            for (int index = 0; index < old.Count; index++)
                old[index] = Scale(stored, old[index], 0);
            if (old.Exists(set => Store.PodsOf(set.Uid).Any(pod => pod.Field("status.phase") is not ("Succeeded" or "Failed"))))
                return;
        }

        int total = old.Sum(Size) + (current is null ? 0 : Size(current));
        int size = isRecreate ? wanted : rolling.NewSize(current is null ? 0 : Size(current), total);
        if (current is null)
            current = Create(stored, document, template, hash, revision, size);
        else
            current = UpdateNewestSet(current, document, NextRevision(old));
        RecordRevision(stored, RevisionOf(current));
        current = Scale(stored, current, size);
        if (isRecreate)
            return;

        int[] sizes = rolling.OldSizes(
            [.. old.Select(set => (Size(set), set.As<ReplicaSet>().Status.AvailableReplicas))],
            Size(current),
            current.As<ReplicaSet>().Status.AvailableReplicas
        );
        for (int index = 0; index < old.Count; index++)
            old[index] = Scale(stored, old[index], sizes[index]);
    }

    private StoredObject Create(StoredObject stored, JsonObject document, JsonObject template, string hash, long revision, int size)
    {
        JsonObject selector = document["spec"]!["selector"]!.DeepClone().AsObject();
        selector.Ensure("matchLabels")[HashLabel] = hash;
        JsonObject podTemplate = template.DeepClone().AsObject();
        PodTemplates.Label(podTemplate, HashLabel, hash);
        (int desired, int maximum) = Bounds(stored);
        JsonObject annotations = [];
        RevisionAnnotations.Copy(document, annotations);
        RevisionAnnotations.SetRevision(annotations, revision);
        RevisionAnnotations.SetSize(annotations, desired, maximum);
        JsonObject spec = new()
        {
            ["replicas"] = size,
            ["selector"] = selector,
            ["template"] = podTemplate,
        };
        if (document["spec"]!["minReadySeconds"] is { } minimum)
            spec["minReadySeconds"] = minimum.DeepClone();
        StoredObject set = Registry.Create(
            BuiltInKinds.ReplicaSets,
            stored.Namespace,
            new()
            {
                ["metadata"] = new JsonObject
                {
                    ["name"] = $"{stored.Name}-{hash}",
                    ["labels"] = podTemplate["metadata"]!["labels"]!.DeepClone(),
                    ["annotations"] = annotations,
                    ["ownerReferences"] = new JsonArray(PodTemplates.Reference(stored)),
                },
                ["spec"] = spec,
            }
        );
        if (size > 0)
            Context.Events.Normal(stored, Component, "ScalingReplicaSet", ProgressReason("up", set, 0, size));
        return set;
    }

    private StoredObject Scale(StoredObject stored, StoredObject set, int size)
    {
        int before = Size(set);
        (int desired, int maximum) = Bounds(stored);
        if (before == size && RecordedRevision(set, DesiredReplicas) == desired && RecordedRevision(set, MaxReplicas) == maximum)
            return set;
        StoredObject scaled = Registry.Update(
            set,
            document =>
            {
                document.Ensure("spec")["replicas"] = size;
                RevisionAnnotations.SetSize(document.Ensure("metadata").Ensure("annotations"), desired, maximum);
            }
        );
        if (size != before)
            Context.Events.Normal(stored, Component, "ScalingReplicaSet", ProgressReason(size > before ? "up" : "down", set, before, size));
        return scaled;
    }

    private string ProgressReason(string direction, StoredObject set, int before, int size) =>
        Context.MinorVersion < 25
            ? $"Scaled {direction} replica set {set.Name} to {size}"
            : $"Scaled {direction} replica set {set.Name} from {before} to {size}";

    /// <summary>Copies changes without a new template to the newest set: annotations, minReadySeconds, revision.</summary>
    private StoredObject UpdateNewestSet(StoredObject set, JsonObject deployment, long revision)
    {
        long minReadySeconds = deployment.Object("spec").Number("minReadySeconds") ?? 0;
        JsonObject known = AnnotationsOf(set),
            annotations = AnnotationsOf(set);
        RevisionAnnotations.Copy(deployment, annotations);
        RevisionAnnotations.SetRevision(annotations, Math.Max(revision, RevisionOf(set)));
        if (JsonNode.DeepEquals(known, annotations) && (set.As<ReplicaSet>().Spec.MinReadySeconds ?? 0) == minReadySeconds)
            return set;
        return Registry.Update(
            set,
            document =>
            {
                JsonObject now = document.Ensure("metadata").Ensure("annotations");
                RevisionAnnotations.Copy(deployment, now);
                RevisionAnnotations.SetRevision(now, Math.Max(revision, RevisionOf(set)));
                if (minReadySeconds > 0)
                    document.Ensure("spec")["minReadySeconds"] = minReadySeconds;
                else
                    document.Ensure("spec").Remove("minReadySeconds");
            }
        );
    }

    private static JsonObject AnnotationsOf(StoredObject set) =>
        new((set.As<ReplicaSet>().Metadata.Annotations ?? []).Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    /// <summary>Through the status, as the real controller does, so that the generation stays.</summary>
    private void RecordRevision(StoredObject stored, long revision)
    {
        string number = revision.ToString(CultureInfo.InvariantCulture);
        if (stored.As<Deployment>().Metadata.Annotations?.GetValueOrDefault(Revision) == number)
            return;
        Registry.UpdateStatus(stored, document => document.Ensure("metadata").Ensure("annotations")[Revision] = number);
    }

    private void TrimHistory(JsonObject document, List<StoredObject> old)
    {
        long kept = document.Object("spec").Number("revisionHistoryLimit") ?? 10;
        List<StoredObject> done = old.FindAll(set => Size(set) == 0 && set.As<ReplicaSet>().Status.Replicas == 0);
        foreach (StoredObject set in done.OrderBy(RevisionOf).Take((int)Math.Max(0, done.Count - kept)))
            Registry.Delete(set.Kind, set.Namespace, set.Name, new() { Uid = set.Uid });
    }

    private void WriteStatus(StoredObject stored, Deployment deployment, StoredObject? current, JsonObject document)
    {
        // Read once, because sums must match the figures of each set.
        List<StoredObject> sets = [.. Store.ControlledBy(stored.Uid, BuiltInKinds.ReplicaSets)];
        List<WorkloadStatus> all = [.. sets.Select(set => set.As<ReplicaSet>().Status)];
        WorkloadStatus newest = sets.Find(set => set.Uid == current?.Uid)?.As<ReplicaSet>().Status ?? new();
        int wanted = deployment.Spec.Replicas ?? 1,
            terminating = all.Sum(set => set.TerminatingReplicas);
        int replicas = all.Sum(set => set.Replicas),
            available = all.Sum(set => set.AvailableReplicas);
        int minimumReady =
            deployment.Spec.Strategy?.Type == "Recreate"
                ? wanted
                : wanted - RollingUpdate.Of(wanted, deployment.Spec.Strategy).MaxUnavailable;
        bool isComplete = newest.Replicas == wanted && replicas == wanted && available == wanted;
        bool isLate = !isComplete && IsLate(stored, document);
        string now = Registry.Now;
        Registry.UpdateStatus(
            stored,
            target =>
            {
                JsonObject status = target.Ensure("status");
                bool isProgress =
                    (status.Number("updatedReplicas") ?? 0) != newest.Replicas
                    || (status.Number("availableReplicas") ?? 0) != available
                    || (status.Number("replicas") ?? 0) != replicas;
                status["observedGeneration"] = deployment.Metadata.Generation;
                WorkloadStatuses.Set(status, "replicas", replicas);
                if (Context.MinorVersion >= ReplicaSetController.TerminatingFrom)
                    status["terminatingReplicas"] = terminating;
                WorkloadStatuses.Set(status, "updatedReplicas", newest.Replicas);
                WorkloadStatuses.Set(status, "readyReplicas", all.Sum(set => set.ReadyReplicas));
                WorkloadStatuses.Set(status, "availableReplicas", available);
                WorkloadStatuses.Set(status, "unavailableReplicas", Math.Max(0, Math.Max(wanted, replicas) - available));
                if (available >= minimumReady)
                    SetCondition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.");
                else
                    SetCondition("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.");
                bool isStable = replicas == newest.Replicas;
                string? reason = status.Condition("Progressing").Text("reason");
                if (
                    DeploymentProgress.Of(deployment, current?.Name ?? "", reason, isComplete, isStable, isLate, isProgress) is { } progress
                )
                    SetCondition("Progressing", progress.Value, progress.Reason, progress.Message);

                void SetCondition(string type, string value, string reason, string message)
                {
                    JsonObject? before = status.Condition(type);
                    bool isSame = before.Text("status") == value && before.Text("reason") == reason && before.Text("message") == message;
                    status.SetCondition(type, value, now, reason, message);
                    if (!isSame || (type == "Progressing" && isProgress))
                        status.Condition(type)!["lastUpdateTime"] = now;
                }
            }
        );
    }

    private bool IsLate(StoredObject stored, JsonObject document)
    {
        if (document.Object("spec").Number("progressDeadlineSeconds") is not { } seconds || seconds >= int.MaxValue)
            return false;
        JsonObject? progress = document.Object("status").Condition("Progressing");
        if (
            progress.Text("reason") is DeploymentProgress.RolledOut or DeploymentProgress.Paused
            || progress.Time("lastUpdateTime") is not { } updatedAt
        )
            return false;
        DateTimeOffset end = updatedAt.AddSeconds(seconds);
        if (end <= Context.Now)
            return true;
        EnqueueAt(ObjectKey.Of(stored), end);
        return false;
    }
}

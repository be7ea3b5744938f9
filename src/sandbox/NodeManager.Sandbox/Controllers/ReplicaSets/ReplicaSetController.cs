using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Controllers.Workloads;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers.ReplicaSets;

internal sealed class ReplicaSetController(ControllerContext context) : Controller(context)
{
    /// <summary>The minor version from which it reports terminating pods.</summary>
    public const int TerminatingFrom = 35;

    private const string Component = "replicaset-controller";

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.ReplicaSets, BuiltInKinds.Pods];

    public override void Observe(Change change)
    {
        if (change.Object.Kind == BuiltInKinds.ReplicaSets)
        {
            Enqueue(change.Object);
            return;
        }
        if (change.Object.ControllerReference() is { Kind: "ReplicaSet" } owner)
            Enqueue(new ObjectKey(BuiltInKinds.ReplicaSets, change.Object.Namespace, owner.Name));
        else if (change.Object.OwnerUids.Length == 0 && !change.Object.IsDeleting)
            Adopt(change.Object);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { IsDeleting: false } stored)
            return;
        ReplicaSet set = stored.As<ReplicaSet>();
        List<StoredObject> active = [.. Store.PodsOf(stored.Uid).Where(PodReading.IsActive)];
        foreach (StoredObject pod in active.FindAll(pod => pod.Labels is null || !set.Spec.Selector.Matches(pod.Labels)))
        {
            Release(pod, stored.Uid);
            active.Remove(pod);
        }

        int wanted = set.Spec.Replicas ?? 1;
        if (active.Count < wanted)
            active.AddRange(Create(stored, wanted - active.Count));
        else if (active.Count > wanted)
            Delete(stored, active, active.Count - wanted);
        WriteStatus(stored, set, active);
    }

    private List<StoredObject> Create(StoredObject set, int count)
    {
        JsonObject template = set.ToJson()["spec"]!["template"]!.AsObject();
        List<StoredObject> created = [];
        for (int index = 0; index < count; index++)
        {
            StoredObject pod;
            try
            {
                pod = Registry.Create(BuiltInKinds.Pods, set.Namespace, PodTemplates.MakePod(set, template));
            }
            catch (ApiException exception) when (exception.Code is 403 or 422)
            {
                Context.Events.Warning(set, Component, "FailedCreate", $"Error creating: {exception.Message}");
                throw;
            }
            created.Add(pod);
            Context.Events.Normal(set, Component, "SuccessfulCreate", $"Created pod: {pod.Name}");
        }
        return created;
    }

    private void Delete(StoredObject set, List<StoredObject> active, int count)
    {
        foreach (StoredObject victim in DeletionOrder.Sort(active).Take(count).ToList())
        {
            Registry.Delete(BuiltInKinds.Pods, victim.Namespace, victim.Name, new() { Uid = victim.Uid });
            active.Remove(victim);
            Context.Events.Normal(set, Component, "SuccessfulDelete", $"Deleted pod: {victim.Name}");
        }
    }

    private void WriteStatus(StoredObject stored, ReplicaSet set, List<StoredObject> active)
    {
        int minReady = set.Spec.MinReadySeconds ?? 0;
        DateTimeOffset now = Context.Now;
        int ready = 0,
            available = 0;
        foreach (StoredObject item in active)
        {
            Pod pod = item.As<Pod>();
            if (pod.ReadySince() is not { } since)
                continue;
            ready++;
            if (pod.IsAvailable(minReady, now))
                available++;
            else
                EnqueueAt(ObjectKey.Of(stored), since.AddSeconds(minReady));
        }
        int terminating = Store
            .PodsOf(stored.Uid)
            .Count(static pod => pod.IsDeleting && pod.Field("status.phase") is not ("Succeeded" or "Failed"));
        // Most sets at a start are complete; comparing figures is cheaper than reading documents.
        if (
            set.Status.ObservedGeneration == set.Metadata.Generation
            && set.Status.Replicas == active.Count
            && set.Status.ReadyReplicas == ready
            && set.Status.AvailableReplicas == available
            && set.Status.TerminatingReplicas == terminating
        )
            return;
        Registry.UpdateStatus(
            stored,
            document =>
            {
                JsonObject status = document.Ensure("status");
                if (Context.MinorVersion >= TerminatingFrom)
                    status["terminatingReplicas"] = terminating;
                status["replicas"] = active.Count;
                WorkloadStatuses.Set(status, "fullyLabeledReplicas", active.Count);
                WorkloadStatuses.Set(status, "readyReplicas", ready);
                WorkloadStatuses.Set(status, "availableReplicas", available);
                status["observedGeneration"] = set.Metadata.Generation;
            }
        );
    }

    /// <summary>A pod with changed labels is released and replaced.</summary>
    private void Release(StoredObject pod, string uid) =>
        Registry.Update(pod, document => OwnerReferences.Remove(document["metadata"]!.AsObject(), uid));

    private void Adopt(StoredObject pod)
    {
        if (pod.Labels is null)
            return;
        foreach (StoredObject set in Store.List(BuiltInKinds.ReplicaSets).Objects.Walk(pod.Namespace))
        {
            if (set.IsDeleting || !set.As<ReplicaSet>().Spec.Selector.Matches(pod.Labels))
                continue;
            try
            {
                Registry.Update(
                    pod,
                    document =>
                    {
                        JsonObject metadata = document["metadata"]!.AsObject();
                        if (metadata.Array("ownerReferences") is null or { Count: 0 })
                            metadata["ownerReferences"] = new JsonArray(PodTemplates.Reference(set));
                    }
                );
            }
            catch (ApiException)
            {
                // Deleted meanwhile.
            }
            return;
        }
    }
}

using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Model.Kinds;

internal static class PodReading
{
    /// <summary>Since when it is ready; null if it is not.</summary>
    public static DateTimeOffset? ReadySince(this Pod pod) =>
        pod.Status.Conditions.Find("Ready") is { Status: "True" } ready ? ready.LastTransitionTime ?? DateTimeOffset.MinValue : null;

    /// <summary>Ready for the minimum time.</summary>
    public static bool IsAvailable(this Pod pod, int minReadySeconds, DateTimeOffset now) =>
        pod.ReadySince() is { } since && (minReadySeconds == 0 || since.AddSeconds(minReadySeconds) <= now);

    /// <summary>Neither completed nor terminating.</summary>
    public static bool IsActive(this StoredObject pod) => !pod.IsDeleting && pod.Field("status.phase") is not ("Succeeded" or "Failed");

    public static IEnumerable<string> Claims(this StoredObject pod) =>
        pod.As<Pod>()
            .Spec.Volumes?.Where(static volume => volume.PersistentVolumeClaim is not null)
            .Select(static volume => volume.PersistentVolumeClaim!.ClaimName)
        ?? [];

    public static IEnumerable<StoredObject> PodsOf(this DocumentStore store, string ownerUid) =>
        store.ControlledBy(ownerUid, BuiltInKinds.Pods);

    public static IEnumerable<StoredObject> ControlledBy(this DocumentStore store, string ownerUid, ResourceKind kind)
    {
        foreach (StoredObject item in store.Dependents(ownerUid))
            if (item.Kind == kind && item.ControllerReference()?.Uid == ownerUid)
                yield return item;
    }

    public static OwnerReference? ControllerReference(this StoredObject item)
    {
        if (item.OwnerUids.Length == 0)
            return null;
        // Objects of a pattern have the same owners.
        if (item.Pattern is { } pattern)
            return pattern.Controller(static model => model.Owners().Find(static owner => owner.Controller == true));
        if (item.Kind == BuiltInKinds.Pods)
            return item.As<Pod>().Controller();
        return item.Kind == BuiltInKinds.ReplicaSets
            ? item.As<ReplicaSet>().Controller()
            : item.Owners().Find(owner => owner.Controller == true);
    }

    public static List<OwnerReference> Owners(this StoredObject item) =>
        item.OwnerUids.Length == 0
            ? []
            :
            [
                .. item.ToJson()
                    .Object("metadata")
                    .Array("ownerReferences")!
                    .OfType<JsonObject>()
                    .Select(owner => new OwnerReference
                    {
                        ApiVersion = owner.Text("apiVersion") ?? "",
                        Kind = owner.Text("kind") ?? "",
                        Name = owner.Text("name") ?? "",
                        Uid = owner.Text("uid") ?? "",
                        Controller = owner.Flag("controller"),
                        BlockOwnerDeletion = owner.Flag("blockOwnerDeletion"),
                    }),
            ];
}

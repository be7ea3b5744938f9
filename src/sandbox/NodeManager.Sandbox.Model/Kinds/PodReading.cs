using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Model.Kinds;

/// <summary>What controllers ask of pods.</summary>
internal static class PodReading
{
    public static bool IsReady(this Pod pod) => pod.ReadySince() is not null;

    /// <summary>Since when it is ready; null if it is not.</summary>
    public static DateTimeOffset? ReadySince(this Pod pod) =>
        pod.Status.Conditions.Find("Ready") is { Status: "True" } ready ? ready.LastTransitionTime ?? DateTimeOffset.MinValue : null;

    /// <summary>Ready for as long as asked.</summary>
    public static bool IsAvailable(this Pod pod, int minReadySeconds, DateTimeOffset now) =>
        pod.ReadySince() is { } since && (minReadySeconds == 0 || since.AddSeconds(minReadySeconds) <= now);

    /// <summary>Neither finished nor on its way out.</summary>
    public static bool IsActive(this StoredObject pod) => !pod.IsDeleting && pod.Field("status.phase") is not ("Succeeded" or "Failed");

    /// <summary>The claims whose volumes a pod has.</summary>
    public static IEnumerable<string> Claims(this StoredObject pod) =>
        pod.As<Pod>()
            .Spec.Volumes?.Where(static volume => volume.PersistentVolumeClaim is not null)
            .Select(static volume => volume.PersistentVolumeClaim!.ClaimName)
        ?? [];

    /// <summary>The pods that an object controls.</summary>
    public static IEnumerable<StoredObject> PodsOf(this DocumentStore store, string ownerUid) =>
        store.ControlledBy(ownerUid, BuiltInKinds.Pods);

    public static IEnumerable<StoredObject> ControlledBy(this DocumentStore store, string ownerUid, ResourceKind kind)
    {
        foreach (StoredObject item in store.Dependents(ownerUid))
            if (item.Kind == kind && item.ControllerReference()?.Uid == ownerUid)
                yield return item;
    }

    /// <summary>Who controls an object of any kind.</summary>
    public static OwnerReference? ControllerReference(this StoredObject item)
    {
        if (item.OwnerUids.Length == 0)
            return null;
        if (item.Kind == BuiltInKinds.Pods)
            return item.As<Pod>().Controller();
        return item.Kind == BuiltInKinds.ReplicaSets
            ? item.As<ReplicaSet>().Controller()
            : item.Owners().Find(owner => owner.Controller == true);
    }

    /// <summary>All owners of an object of any kind.</summary>
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

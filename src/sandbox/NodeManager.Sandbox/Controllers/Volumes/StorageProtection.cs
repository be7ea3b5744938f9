using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Controllers.Volumes;

/// <summary>
/// Releases deleted claims that no pod uses, completed ones included, and deleted volumes without a claim. Source:
/// k8s.io/kubernetes/pkg/controller/volume/pvcprotection and pvprotection.
/// </summary>
internal sealed class StorageProtection(ControllerContext context) : Controller(context)
{
    public override IReadOnlyList<ResourceKind> Kinds { get; } =
    [BuiltInKinds.PersistentVolumeClaims, BuiltInKinds.PersistentVolumes, BuiltInKinds.Pods];

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind != BuiltInKinds.Pods)
            Enqueue(item);
        else if (change.Type == ChangeType.Deleted)
            foreach (string claim in item.Claims())
                Enqueue(new ObjectKey(BuiltInKinds.PersistentVolumeClaims, item.Namespace, claim));
    }

    public override void Begin(StoredObject item)
    {
        if (item.Kind != BuiltInKinds.Pods)
            Enqueue(item);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { Kind.Protection: { } finalizer } item)
            return;

        // Restores the finalizer of objects from a saved state or of a client that removed it.
        bool isProtected = Finalizers.Has(item.ToJson().Object("metadata"), finalizer);
        if (isProtected != item.IsDeleting || (isProtected && IsUsed(item)))
            return;
        Registry.Update(
            item,
            document =>
            {
                JsonObject metadata = document["metadata"]!.AsObject();
                if (isProtected)
                    Finalizers.Remove(metadata, finalizer);
                else if (metadata["deletionTimestamp"] is null)
                    Finalizers.Add(metadata, finalizer);
            }
        );
    }

    private bool IsUsed(StoredObject item)
    {
        if (item.Kind == BuiltInKinds.PersistentVolumes)
            return item.ToJson().Object("status").Text("phase") == "Bound";
        return Store
            .List(BuiltInKinds.Pods)
            .Objects.Walk(item.Namespace)
            .Any(pod => pod.Field("spec.nodeName").Length > 0 && pod.Claims().Contains(item.Name));
    }
}

using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Controllers.Garbage;

/// <summary>Deletes objects without owners (background), and handles foreground and orphan deletions.</summary>
internal sealed class GarbageCollector : Controller
{
    private const string Orphan = ResourceRegistry.OrphanFinalizer,
        Foreground = ResourceRegistry.ForegroundFinalizer;

    public GarbageCollector(ControllerContext context)
        : base(context) =>
        Kinds = [.. BuiltInKinds.All.Where(kind => kind.IsStored && kind.StoredAs == kind && kind != BuiltInKinds.Events)];

    public override IReadOnlyList<ResourceKind> Kinds { get; }

    public override bool ObservesCustomKinds => true;

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (change.Type == ChangeType.Deleted)
        {
            foreach (StoredObject dependent in Store.Dependents(item.Uid))
                Enqueue(dependent);
            // Owners that wait for this one are reconciled again.
            foreach (OwnerReference owner in item.Owners())
                if (Find(item.Namespace, owner) is { IsDeleting: true } waiting)
                    Enqueue(waiting);
        }
        else if (item.IsDeleting || (change.Type == ChangeType.Added && item.OwnerUids.Length > 0))
            Enqueue(item);
    }

    public override void Begin(StoredObject item)
    {
        if (item.IsDeleting)
            Enqueue(item);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { } item)
            return;
        if (item.IsDeleting)
        {
            Finish(item);
            return;
        }
        List<OwnerReference> owners = item.Owners();
        if (
            owners.Count == 0
            || owners.Exists(owner => KindOf(owner) is null || (Find(item.Namespace, owner) is { } found && !IsForeground(found)))
        )
            return;
        bool isForeground = owners.Exists(owner => Find(item.Namespace, owner) is not null);
        Registry.Delete(
            item.Kind,
            item.Namespace,
            item.Name,
            new() { Uid = item.Uid, PropagationPolicy = isForeground ? "Foreground" : "Background" }
        );
    }

    private static bool IsForeground(StoredObject item) => item.IsDeleting && Finalizers.Has(item.ToJson().Object("metadata"), Foreground);

    private void Finish(StoredObject item)
    {
        JsonObject? metadata = item.ToJson().Object("metadata");
        if (Finalizers.Has(metadata, Orphan))
        {
            foreach (StoredObject dependent in Store.Dependents(item.Uid))
                Release(dependent, item.Uid);
            RemoveFinalizer(item, Orphan);
        }
        else if (Finalizers.Has(metadata, Foreground))
        {
            StoredObject[] dependents = Store.Dependents(item.Uid);
            foreach (StoredObject dependent in dependents)
                Enqueue(dependent);
            if (
                !Array.Exists(
                    dependents,
                    dependent => dependent.Owners().Exists(owner => owner.Uid == item.Uid && owner.BlockOwnerDeletion == true)
                )
            )
                RemoveFinalizer(item, Foreground);
        }
    }

    private void Release(StoredObject dependent, string ownerUid) =>
        Write(dependent, metadata => OwnerReferences.Remove(metadata, ownerUid));

    private void RemoveFinalizer(StoredObject item, string finalizer) => Write(item, metadata => Finalizers.Remove(metadata, finalizer));

    private void Write(StoredObject item, Action<JsonObject> change) =>
        Registry.Update(item, document => change(document["metadata"]!.AsObject()));

    private StoredObject? Find(string ns, OwnerReference owner) =>
        KindOf(owner) is { } kind && Store.Get(kind, kind.IsNamespaced ? ns : "", owner.Name) is { } found && found.Uid == owner.Uid
            ? found
            : null;

    // For kinds that are not served, the owner's existence is unknown: dependents stay.
    private ResourceKind? KindOf(OwnerReference owner)
    {
        string group = owner.ApiVersion.Contains('/', StringComparison.Ordinal)
            ? owner.ApiVersion[..owner.ApiVersion.IndexOf('/', StringComparison.Ordinal)]
            : "";
        return Context.Catalog.Kinds.FirstOrDefault(kind => kind.IsStored && kind.Kind == owner.Kind && kind.Group == group);
    }
}

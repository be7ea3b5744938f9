using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Controllers.Garbage;

internal sealed class NamespaceController : Controller
{
    public NamespaceController(ControllerContext context)
        : base(context) => Kinds = [BuiltInKinds.Namespaces, .. BuiltInKinds.All.Where(IsContent)];

    public override IReadOnlyList<ResourceKind> Kinds { get; }

    public override bool ObservesCustomKinds => true;

    public override void Observe(Change change)
    {
        StoredObject item = change.Object;
        if (item.Kind == BuiltInKinds.Namespaces)
            Enqueue(item);
        else if (change.Type == ChangeType.Deleted && Store.Get(BuiltInKinds.Namespaces, "", item.Namespace) is { IsDeleting: true } ending)
            Enqueue(ending);
    }

    private static bool IsContent(ResourceKind kind) => kind.IsStored && kind.IsNamespaced && kind.StoredAs == kind;

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { IsDeleting: true } ending)
            return;
        bool isEmpty = true;
        foreach (ResourceKind kind in Context.Catalog.Kinds.Where(IsContent))
        foreach (StoredObject item in Store.List(kind).Objects.Walk(ending.Name))
        {
            if (!item.IsDeleting)
                isEmpty &= Registry.Delete(kind, ending.Name, item.Name, new() { Uid = item.Uid }).IsGone;
            else
                isEmpty = false;
        }
        if (!isEmpty)
            return;
        Registry.Update(
            key.Kind,
            "",
            key.Name,
            document =>
            {
                JsonObject spec = document.Ensure("spec");
                JsonArray remaining =
                [
                    .. spec.Array("finalizers")?.Where(one => (string?)one != "kubernetes").Select(one => one!.DeepClone()) ?? [],
                ];
                spec["finalizers"] = remaining;
            }
        );
    }
}

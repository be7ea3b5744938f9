using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Controllers.Garbage;

internal sealed class InitialObjectController(ControllerContext context) : Controller(context)
{
    private static readonly Dictionary<ObjectKey, InitialObject> Kept = InitialObjects
        .All.Where(static one => one.RestoredAfter is not null)
        .ToDictionary(static one => new ObjectKey(one.Kind, one.Namespace, one.Name));

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [.. Kept.Keys.Select(static key => key.Kind).Distinct()];

    public override void Observe(Change change)
    {
        var key = ObjectKey.Of(change.Object);
        if (change.Type == ChangeType.Deleted && Kept.TryGetValue(key, out InitialObject? one))
            EnqueueAfter(key, one.RestoredAfter!.Value);
    }

    public override void Begin(StoredObject item) { }

    protected override void Reconcile(ObjectKey key) => InitialObjects.Create(Registry, Kept[key]);
}

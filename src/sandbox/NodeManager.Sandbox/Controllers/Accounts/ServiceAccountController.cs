using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Controllers.Accounts;

/// <summary>Creates the service account <c>default</c> in every namespace.</summary>
internal sealed class ServiceAccountController(ControllerContext context) : Controller(context)
{
    private const string Default = "default";

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Namespaces, BuiltInKinds.ServiceAccounts];

    public override void Observe(Change change)
    {
        if (change.Object.Kind == BuiltInKinds.Namespaces)
            Enqueue(change.Object);
        else if (change.Type == ChangeType.Deleted)
            Enqueue(new ObjectKey(BuiltInKinds.Namespaces, "", change.Object.Namespace));
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { IsDeleting: false } || Store.Get(BuiltInKinds.ServiceAccounts, key.Name, Default) is not null)
            return;
        Registry.Create(BuiltInKinds.ServiceAccounts, key.Name, new() { ["metadata"] = new JsonObject { ["name"] = Default } });
    }
}

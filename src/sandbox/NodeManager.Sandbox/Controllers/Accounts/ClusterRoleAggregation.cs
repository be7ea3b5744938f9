using NodeManager.Sandbox.Api.Access;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Kinds.Access;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Controllers.Accounts;

/// <summary>Keeps cluster roles that are made of others at what those hold.</summary>
internal sealed class ClusterRoleAggregation(ControllerContext context) : Controller(context)
{
    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.ClusterRoles];

    /// <summary>Whatever changed, it may be part of any.</summary>
    public override void Observe(Change change)
    {
        foreach (StoredObject role in Store.List(BuiltInKinds.ClusterRoles).Objects.Walk())
            if (role.As<Role>().AggregationRule is not null)
                Enqueue(role);
    }

    /// <summary>What is there at the start is made as it should be.</summary>
    public override void Begin(StoredObject item) { }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is { IsDeleting: false } role)
            AggregatedRules.Bring(Registry, role);
    }
}

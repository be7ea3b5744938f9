using NodeManager.Sandbox.Api.Access;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Model.Kinds.Access;

namespace NodeManager.Sandbox.Controllers.Accounts;

/// <summary>Updates aggregated cluster roles.</summary>
internal sealed class ClusterRoleAggregation(ControllerContext context) : Controller(context)
{
    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.ClusterRoles];

    /// <summary>Any change may affect any aggregated role.</summary>
    public override void Observe(Change change)
    {
        foreach (StoredObject role in Store.List(BuiltInKinds.ClusterRoles).Objects.Walk())
            if (role.As<Role>().AggregationRule is not null)
                Enqueue(role);
    }

    /// <summary>Seeded roles are already complete.</summary>
    public override void Begin(StoredObject item) { }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is { IsDeleting: false } role)
            AggregatedRules.Update(Registry, role);
    }
}

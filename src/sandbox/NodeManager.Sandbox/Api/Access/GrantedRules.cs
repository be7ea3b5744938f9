using NodeManager.Sandbox.Model.Kinds.Access;

namespace NodeManager.Sandbox.Api.Access;

/// <summary>The rules that bindings grant to a user. Source: "Using RBAC Authorization" of the Kubernetes documentation.</summary>
internal sealed class GrantedRules(DocumentStore store)
{
    /// <summary>All rules, with a description of the binding for reasons; errors go into the list.</summary>
    /// <param name="ns">Empty for cluster scope.</param>
    /// <param name="faults">Missing roles.</param>
    public IEnumerable<(PolicyRule Rule, Func<string> Describe)> Of(UserInfo user, string ns, List<string> faults)
    {
        IEnumerable<StoredObject> bindings = store.List(BuiltInKinds.ClusterRoleBindings).Objects.Walk();
        if (ns.Length > 0)
            bindings = bindings.Concat(store.List(BuiltInKinds.RoleBindings).Objects.Walk(ns));
        foreach (StoredObject item in bindings)
        {
            RoleBinding binding = item.As<RoleBinding>();
            if (binding.Subjects?.Find(one => one.Is(user, item.Namespace)) is not { } subject)
                continue;
            if (Find(binding.RoleRef, item.Namespace) is not { } role)
            {
                string fault = $"{binding.RoleRef.Kind.ToLowerInvariant()}.{RoleRef.Group} \"{binding.RoleRef.Name}\" not found";
                if (!faults.Contains(fault))
                    faults.Add(fault);
                continue;
            }

            foreach (PolicyRule rule in role.Rules ?? [])
                yield return (rule, () => Describe(item, binding.RoleRef, subject));
        }
    }

    /// <summary>The role of a binding in this namespace; null if missing.</summary>
    public Role? Find(RoleRef reference, string ns) =>
        (
            reference.Kind == "Role"
                ? store.Get(BuiltInKinds.Roles, ns, reference.Name)
                : store.Get(BuiltInKinds.ClusterRoles, "", reference.Name)
        )?.As<Role>();

    private static string Describe(StoredObject binding, RoleRef role, Subject subject) =>
        binding.Namespace.Length == 0
            ? $"RBAC: allowed by ClusterRoleBinding \"{binding.Name}\" of {role.Kind} \"{role.Name}\" to {subject.Describe("")}"
            : $"RBAC: allowed by RoleBinding \"{binding.Name}/{binding.Namespace}\" of {role.Kind} \"{role.Name}\" to {subject.Describe(binding.Namespace)}";
}

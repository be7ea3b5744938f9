using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Model.Kinds.Access;

/// <summary>A RoleBinding or a ClusterRoleBinding.</summary>
internal sealed class RoleBinding : KubernetesObject
{
    public List<Subject>? Subjects { get; set; }

    public RoleRef RoleRef { get; set; } = new();
}

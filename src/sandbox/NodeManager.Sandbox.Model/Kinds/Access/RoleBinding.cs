using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Model.Kinds.Access;

internal sealed class RoleBinding : KubernetesObject
{
    public List<Subject>? Subjects { get; set; }

    public RoleRef RoleRef { get; set; } = new();
}

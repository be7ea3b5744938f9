using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Model.Kinds.Access;

internal sealed class Role : KubernetesObject
{
    public List<PolicyRule>? Rules { get; set; }

    public AggregationRule? AggregationRule { get; set; }
}

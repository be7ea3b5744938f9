using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Model.Kinds.Access;

internal sealed class AggregationRule
{
    public List<LabelSelector>? ClusterRoleSelectors { get; set; }
}

using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Model.Kinds.Access;

/// <summary>Which other cluster roles one is made of.</summary>
internal sealed class AggregationRule
{
    public List<LabelSelector>? ClusterRoleSelectors { get; set; }
}

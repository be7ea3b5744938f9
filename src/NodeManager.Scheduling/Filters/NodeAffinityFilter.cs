using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Filters;

/// <summary>The pod's nodeSelector and required node affinity.</summary>
internal sealed class NodeAffinityFilter(Pod pod, int minorVersion) : INodeFilter
{
    public FitResult Evaluate(NodeState node) =>
        pod.Selects(node.Node)
            ? FitResult.Fits
            : FitResult.Never(minorVersion <= 20 ? "node(s) didn't match Pod's node affinity" : "node(s) didn't match Pod's node affinity/selector");
}

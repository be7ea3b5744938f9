namespace NodeManager.Scheduling.Filters;

/// <summary>The pod's nodeSelector and required node affinity, and the profile's added affinity.</summary>
internal sealed class NodeAffinityFilter(Pod pod, int minorVersion, NodeAffinity? added) : INodeFilter
{
    public FitResult Evaluate(NodeState node)
    {
        if (added?.RequiredDuringSchedulingIgnoredDuringExecution?.Selects(node.Node) == false)
            return FitResult.Never("node(s) didn't match scheduler-enforced node affinity");
        return pod.Selects(node.Node)
            ? FitResult.Fits
            : FitResult.Never(
                minorVersion <= 20 ? "node(s) didn't match Pod's node affinity" : "node(s) didn't match Pod's node affinity/selector"
            );
    }
}

namespace NodeManager.Scheduling.Filters;

/// <summary>Rejects cordoned nodes unless the pod tolerates the cordon's taint.</summary>
internal sealed class NodeUnschedulable(Pod pod) : INodeFilter
{
    private readonly bool _tolerates = pod.Tolerates(Tolerations.Unschedulable);

    public FitResult Evaluate(NodeState node) =>
        node.Node.Spec.Unschedulable == true && !_tolerates ? FitResult.Never("node(s) were unschedulable") : FitResult.Fits;
}

namespace NodeManager.Scheduling.Filters;

/// <summary>Rejects nodes with untolerated NoSchedule and NoExecute taints.</summary>
internal sealed class TaintToleration(Pod pod, int minorVersion) : INodeFilter
{
    public FitResult Evaluate(NodeState node)
    {
        if (pod.FirstUntolerated(node.Node) is not { } taint)
            return FitResult.Fits;
        return FitResult.Never(
            minorVersion switch
            {
                <= 23 => $"node(s) had taint {{{taint.Key}: {taint.Value}}}, that the pod didn't tolerate",
                >= 35 => "node(s) had untolerated taint(s)",
                _ => $"node(s) had untolerated taint {{{taint.Key}: {taint.Value}}}",
            }
        );
    }
}

namespace NodeManager.Scheduling.Filters;

/// <summary>Rejects nodes where another pod uses a host port of the pod.</summary>
internal sealed class NodePorts(Pod pod) : INodeFilter
{
    private readonly List<HostPort> _wanted = [.. HostPort.Of(pod)];

    public FitResult Evaluate(NodeState node)
    {
        if (_wanted.Count == 0)
            return FitResult.Fits;
        foreach (PodState other in node.Pods)
        foreach (HostPort taken in HostPort.Of(other.Pod))
            if (_wanted.Exists(port => port.Conflicts(taken)))
                return FitResult.NotNow("node(s) didn't have free ports for the requested pod ports");
        return FitResult.Fits;
    }
}

using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Filters;

/// <summary>No other pod of the node holds a host port that the pod wants.</summary>
internal sealed class NodePorts(Pod pod) : INodeFilter
{
    private readonly List<HostPort> _wanted = [.. HostPort.Of(pod)];

    public FitResult Evaluate(NodeState node)
    {
        if (_wanted.Count == 0) return FitResult.Fits;
        foreach (PodState other in node.Pods)
            foreach (HostPort taken in HostPort.Of(other.Pod))
                if (_wanted.Exists(port => port.Conflicts(taken))) return FitResult.NotNow("node(s) didn't have free ports for the requested pod ports");
        return FitResult.Fits;
    }

    private readonly record struct HostPort(string Address, string Protocol, int Number)
    {
        private const string Any = "0.0.0.0";

        public static IEnumerable<HostPort> Of(Pod pod)
        {
            IEnumerable<Container> sidecars = pod.Spec.InitContainers?.Where(container => container.RestartPolicy == "Always") ?? [];
            foreach (Container container in pod.Spec.Containers.Concat(sidecars))
                foreach (ContainerPort port in container.Ports ?? [])
                {
                    int number = port.HostPort ?? (pod.Spec.HostNetwork == true ? port.Number : 0);
                    if (number > 0) yield return new(string.IsNullOrEmpty(port.HostIP) ? Any : port.HostIP, port.Protocol ?? "TCP", number);
                }
        }

        public bool Conflicts(HostPort other) =>
            Number == other.Number && Protocol == other.Protocol && (Address == other.Address || Address == Any || other.Address == Any);
    }
}

using NodeManager.Kubernetes.Requests;

namespace NodeManager.Controllers.Caching;

public static class NodeScopes
{
    public static NodeScope<Pod> Pods { get; } = new(Resources.Pods, "spec.nodeName");

    public static NodeScope<Node> Nodes { get; } = new(Resources.Nodes, "metadata.name");
}

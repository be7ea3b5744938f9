namespace NodeManager.Controllers.Caching;

public static class PodIndexes
{
    /// <summary>By the node that the pod is bound to.</summary>
    public static ObjectIndex<Pod> ByNode { get; } = new(static pod => pod.Spec.NodeName is { Length: > 0 } node ? [node] : []);
}

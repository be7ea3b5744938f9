using NodeManager.Kubernetes.Models;

namespace NodeManager.Controllers.Caching;

/// <summary>Indexes of pods beside those of every kind.</summary>
public static class PodIndexes
{
    /// <summary>By the name of the node that the pod is bound to.</summary>
    public static ObjectIndex<Pod> ByNode { get; } = new(static pod => pod.Spec.NodeName is { Length: > 0 } node ? [node] : []);
}

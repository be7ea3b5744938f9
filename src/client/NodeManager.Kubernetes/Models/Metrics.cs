using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Kubernetes.Models;

/// <summary>metrics.k8s.io/v1beta1.</summary>
public sealed class NodeMetrics : KubernetesObject
{
    public DateTimeOffset? Timestamp { get; set; }

    public Dictionary<string, Quantity> Usage { get; set; } = [];
}

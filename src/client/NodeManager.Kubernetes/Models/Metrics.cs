using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Kubernetes.Models;

/// <summary>metrics.k8s.io/v1beta1.</summary>
public sealed class NodeMetrics : KubernetesObject
{
    public DateTimeOffset? Timestamp { get; set; }

    /// <summary>A Go duration, for example <c>20s</c>.</summary>
    public string? Window { get; set; }

    public Dictionary<string, Quantity> Usage { get; set; } = [];
}

/// <summary>metrics.k8s.io/v1beta1.</summary>
public sealed class PodMetrics : KubernetesObject
{
    public DateTimeOffset? Timestamp { get; set; }

    public string? Window { get; set; }

    public List<ContainerMetrics> Containers { get; set; } = [];
}

public sealed class ContainerMetrics
{
    public string Name { get; set; } = "";

    public Dictionary<string, Quantity> Usage { get; set; } = [];
}

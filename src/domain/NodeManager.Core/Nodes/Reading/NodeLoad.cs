using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>What runs on a node.</summary>
/// <param name="Pods">Pods that are not finished.</param>
/// <param name="Requested">What they request, as the scheduler counts: cores, bytes and counts by resource name.</param>
/// <param name="Metrics">Null when metrics.k8s.io has nothing about the node.</param>
public sealed record NodeLoad(int Pods, IReadOnlyDictionary<string, decimal> Requested, NodeMetrics? Metrics);

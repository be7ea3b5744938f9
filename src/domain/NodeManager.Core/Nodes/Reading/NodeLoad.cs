namespace NodeManager.Core.Nodes.Reading;

/// <param name="Pods">The number of active pods.</param>
/// <param name="Requested">Their requests, as the scheduler counts them: cores, bytes and counts by resource name.</param>
/// <param name="Metrics">Null if metrics.k8s.io has none for the node.</param>
public sealed record NodeLoad(int Pods, IReadOnlyDictionary<string, decimal> Requested, NodeMetrics? Metrics);

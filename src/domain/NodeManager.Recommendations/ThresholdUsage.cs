using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Recommendations;

/// <summary>The usage of nodes, for the thresholds of recommendations and of the autoscaler.</summary>
public static class ThresholdUsage
{
    public static IReadOnlyDictionary<string, NodeUsage> NotKnown { get; } = new Dictionary<string, NodeUsage>();

    /// <summary>By node name; empty if <c>metricsEnabled</c> is false, or if there are no metrics.</summary>
    /// <param name="configuration">Enables or disables metrics.</param>
    /// <param name="nodes">Nodes with known allocatable.</param>
    /// <param name="observer">Warned if there are none.</param>
    public static async Task<IReadOnlyDictionary<string, NodeUsage>> ReadAsync(
        NodeManagerConfiguration configuration,
        ClusterConnection connection,
        IReadOnlyList<Node> nodes,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        if (!configuration.MetricsEnabled)
            return NotKnown;
        try
        {
            Dictionary<string, NodeMetrics> metrics = await MetricsReader.ReadAsync(connection.Client, [], cancellationToken);
            DateTimeOffset now = connection.Time.GetUtcNow();
            return nodes
                .Where(node => metrics.ContainsKey(node.Metadata.Name))
                .ToDictionary(
                    static node => node.Metadata.Name,
                    node => NodeMapper.UsageOf(metrics[node.Metadata.Name], node.Status.Allocatable.ToNodeResources(), now),
                    StringComparer.Ordinal
                );
        }
        catch (Exception e)
            when (!cancellationToken.IsCancellationRequested
                && (TransientFailure.Is(e) || (e is KubernetesException refused && MetricsReader.IsAbsence(refused)))
            )
        {
            observer.Warning($"The metrics API is unavailable; the decision rests on requests alone: {e.Message}");
            return NotKnown;
        }
    }
}

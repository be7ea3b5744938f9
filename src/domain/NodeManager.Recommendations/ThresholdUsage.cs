using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Transport;

namespace NodeManager.Recommendations;

/// <summary>What nodes use, for the thresholds of recommendations and of the autoscaler.</summary>
public static class ThresholdUsage
{
    public static IReadOnlyDictionary<string, NodeUsage> NotKnown { get; } = new Dictionary<string, NodeUsage>();

    /// <summary>By node name; empty where <c>metricsEnabled</c> is false, or there are no metrics.</summary>
    /// <param name="configuration">Whether metrics may be asked for.</param>
    /// <param name="connection">Where.</param>
    /// <param name="nodes">Those whose allocatable is known.</param>
    /// <param name="observer">Warned where there are none.</param>
    /// <param name="cancellationToken">Stops it.</param>
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

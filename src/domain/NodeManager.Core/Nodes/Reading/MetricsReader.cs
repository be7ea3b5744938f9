using System.Net;
using NodeManager.Kubernetes;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>Reads node metrics from metrics.k8s.io.</summary>
public static class MetricsReader
{
    // Not retried: a server without metrics may answer 503 forever, and the nodes wait for this answer.
    private static readonly RequestOptions Once = new() { Retry = false };

    /// <summary>The metrics by node, without nodes that have none.</summary>
    /// <param name="nodes">One node is requested by name; for more, all are listed.</param>
    /// <exception cref="KubernetesException">See <see cref="IsAbsence"/> for those that mean that there are no metrics.</exception>
    public static async Task<Dictionary<string, NodeMetrics>> ReadAsync(
        KubernetesClient client,
        IReadOnlyList<string> nodes,
        CancellationToken cancellationToken
    )
    {
        ResourceType<NodeMetrics> type = Resources.NodeMetrics;
        try
        {
            List<NodeMetrics> metrics = nodes is [var only]
                ? [await client.SendAsync(HttpMethod.Get, type.Path(name: only), null, type.Item, Once, cancellationToken)]
                : (await client.SendAsync(HttpMethod.Get, type.Path(), null, type.List, Once, cancellationToken)).Items;
            return metrics.ToDictionary(m => m.Metadata.Name, StringComparer.Ordinal);
        }
        catch (KubernetesException refused)
            when (nodes is [_] && refused is { Code: HttpStatusCode.NotFound, Status.Details.Name.Length: > 0 })
        {
            // The node has none (it is down, or new); the API exists.
            return [];
        }
    }

    /// <summary>True if the cluster has no metrics, or if this user cannot read them.</summary>
    public static bool IsAbsence(KubernetesException refused) =>
        refused.Code is HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.ServiceUnavailable;

    /// <summary>Throws if the session's configuration disables metrics.</summary>
    /// <exception cref="NodeManagerException">MetricsDisabled.</exception>
    public static void RequireEnabled(NodeManagerSession session)
    {
        if (session.Configuration.MetricsEnabled)
            return;
        throw new NodeManagerException(
            ErrorIds.MetricsDisabled,
            ErrorKind.InvalidOperation,
            $"metrics.k8s.io of cluster '{session.Cluster}' was not queried: metricsEnabled is false in the configuration of the session.",
            session,
            "To query it, run Set-NodeManagerConfiguration -MetricsEnabled $true."
        );
    }

    /// <summary>The error for absent metrics; null for another failure (a missing permission).</summary>
    public static NodeManagerException? Absent(KubernetesException refused, NodeManagerSession session) =>
        refused.Code switch
        {
            HttpStatusCode.NotFound => new(
                ErrorIds.MetricsUnavailable,
                ErrorKind.ResourceUnavailable,
                $"Cluster '{session.Cluster}' does not serve metrics.k8s.io: {refused.Message}",
                session,
                "Install metrics-server, or another server of that API.",
                refused
            ),
            HttpStatusCode.ServiceUnavailable => new(
                ErrorIds.MetricsUnavailable,
                ErrorKind.ResourceUnavailable,
                $"metrics.k8s.io of cluster '{session.Cluster}' is unavailable: {refused.Message}",
                session,
                "Check the APIService v1beta1.metrics.k8s.io and the pods of metrics-server, then try again.",
                refused
            ),
            _ => null,
        };
}

using NodeManager.Core.Operations;
using NodeManager.Kubernetes.Errors;

namespace NodeManager.SchedulerControl.Measuring;

/// <summary>Reads a scheduler's metrics through the API server's pod proxy.</summary>
internal static class SchedulerMetricsReader
{
    /// <summary>The advice for a scheduler that listens on its host's loopback only, as set up by kubeadm.</summary>
    public const string LoopbackAdvice =
        "A scheduler that listens on 127.0.0.1 (kubeadm's default) is reachable only from its own host or pod. Forward its port with "
        + "'kubectl -n kube-system port-forward pod/NAME 10259'. Then use -Uri https://127.0.0.1:10259/metrics and -BearerToken. "
        + "Or start the scheduler with --bind-address=0.0.0.0.";

    /// <exception cref="NodeManagerException">SchedulerMetricsUnavailable, or another refusal of the API server.</exception>
    public static Task<string> ReadAsync(
        NodeManagerSession session,
        string ns,
        string pod,
        string scheme,
        int port,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync(
            session,
            $"{ns}/{pod}",
            async (connection, token) =>
            {
                try
                {
                    return await connection.Client.GetThroughPodAsync(pod, ns, scheme, port, "metrics", token);
                }
                catch (KubernetesException exception) when (Explain(exception, $"{ns}/{pod}", port) is { } error)
                {
                    throw error;
                }
            },
            cancellationToken
        );

    private static NodeManagerException? Explain(KubernetesException exception, string pod, int port) =>
        (int)exception.Code switch
        {
            // The API server's own refusals carry a reason that names pods/proxy; the scheduler's do not.
            403
                when exception.Message.Contains("pods/proxy", StringComparison.Ordinal)
                    || exception.Message.Contains("pods \"", StringComparison.Ordinal) => null,
            404 when exception.Message.Contains("the requested resource", StringComparison.Ordinal) => new(
                ErrorIds.SchedulerMetricsUnavailable,
                ErrorKind.ResourceUnavailable,
                $"The API server cannot reach the scheduler {pod}: the pods of the embedded cluster are simulated and have no proxy.",
                pod,
                "Measure a scheduler of a cluster with real pods, or specify the address of its metrics with -Uri.",
                exception
            ),
            401 or 403 => new(
                ErrorIds.Forbidden,
                ErrorKind.PermissionDenied,
                $"The scheduler {pod} requires credentials for its metrics, and the proxy of the API server forwards none.",
                pod,
                "Use -Uri with -BearerToken, through 'kubectl port-forward' where it has no address of its own; or start it with "
                    + "--authorization-always-allow-paths=/healthz,/readyz,/livez,/metrics.",
                exception
            ),
            500 or 502 or 503 or 504 => new(
                ErrorIds.SchedulerMetricsUnavailable,
                ErrorKind.ConnectionError,
                $"The API server cannot reach port {port} of the scheduler {pod}: {exception.Message}",
                pod,
                LoopbackAdvice,
                exception
            ),
            _ => null,
        };
}

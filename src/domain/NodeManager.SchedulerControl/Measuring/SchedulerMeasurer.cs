using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Configuration;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.SchedulerControl.Measuring;

/// <summary>Measures a scheduler by its metrics: since its start, or between two samples.</summary>
public static class SchedulerMeasurer
{
    /// <summary>From a URL.</summary>
    /// <param name="address">Ends with <c>/metrics</c>.</param>
    /// <param name="token">A bearer token, or null.</param>
    /// <param name="authorityFile">A file of CA certificates for the scheduler's; null: the system's.</param>
    /// <param name="window">The time between two samples; null: since the scheduler's start.</param>
    /// <param name="time">The clock of the window.</param>
    public static async Task<IReadOnlyList<SchedulerMeasurement>> MeasureAsync(
        Uri address,
        string? token,
        string? authorityFile,
        TimeSpan? window,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        address = address.WithoutCredentials();
        using var endpoint = new MetricsEndpoint(address, token, authorityFile);
        return await MeasureAsync(endpoint.ReadAsync, address.ToString(), window, time, null, cancellationToken);
    }

    /// <summary>Through the API server's pod proxy.</summary>
    /// <param name="scheme"><c>https</c> or <c>http</c>.</param>
    /// <param name="port">10259 by default.</param>
    /// <param name="window">The time between two samples, by the session's clock; null: since the scheduler's start.</param>
    public static Task<IReadOnlyList<SchedulerMeasurement>> MeasureAsync(
        NodeManagerSession session,
        string ns,
        string pod,
        string scheme,
        int port,
        TimeSpan? window,
        CancellationToken cancellationToken
    ) =>
        MeasureAsync(
            token => SchedulerMetricsReader.ReadAsync(session, ns, pod, scheme, port, token),
            $"{ns}/{pod}",
            window,
            session.Connection().Time,
            session,
            cancellationToken
        );

    /// <summary>The scheduler pods of a namespace: those with these names or patterns; without any, those labeled as schedulers.</summary>
    /// <exception cref="NodeManagerException">SchedulerNotFound.</exception>
    public static async Task<IReadOnlyList<string>> PodsAsync(
        NodeManagerSession session,
        string ns,
        IReadOnlyList<string> names,
        CancellationToken cancellationToken
    )
    {
        var options = new ListOptions { Namespace = ns, LabelSelector = names.Count == 0 ? "component=kube-scheduler" : null };
        var pods = await ClusterOperation.RunAsync(
            session,
            ns,
            (connection, token) => connection.Client.ListAsync(Resources.Pods.MetadataOnly(), options, token),
            cancellationToken
        );
        var found = pods
            .Items.Select(pod => pod.Metadata.Name)
            .Where(name => names.Count == 0 || names.Any(pattern => new NamePattern(pattern).Matches(name)))
            .ToList();
        return found.Count > 0
            ? found
            : throw new NodeManagerException(
                ErrorIds.SchedulerNotFound,
                ErrorKind.ObjectNotFound,
                $"No pod of a scheduler exists in namespace {ns} of cluster '{session.Cluster}'{(names.Count == 0 ? " with the label component=kube-scheduler" : "")}.",
                ns,
                "Specify it with -Pod and -Namespace, or the address of its metrics with -Uri."
            );
    }

    internal static async Task<IReadOnlyList<SchedulerMeasurement>> MeasureAsync(
        Func<CancellationToken, Task<string>> read,
        string source,
        TimeSpan? window,
        TimeProvider time,
        NodeManagerSession? session,
        CancellationToken cancellationToken
    )
    {
        var before = window is null ? null : SchedulerMetrics.Read(await read(cancellationToken), source);
        var started = time.GetTimestamp();
        if (window is { } length)
            await time.DelayAsync(length, cancellationToken);
        var elapsed = time.GetElapsedTime(started);
        var now = SchedulerMetrics.Read(await read(cancellationToken), source);
        return [.. now.Since(before, source, window is null ? null : elapsed, session?.Cluster ?? "", session)];
    }
}

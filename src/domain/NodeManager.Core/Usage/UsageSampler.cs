using System.Globalization;
using NodeManager.Core.Errors;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Core.Usage;

public static class UsageSampler
{
    /// <summary>One series for each node, by name. The nodes are those that match at the start.</summary>
    /// <param name="missing">Receives every plain name without a node (NodeNotFound, InvalidNodeName).</param>
    /// <param name="observer">Receives the progress, and one warning for failed samples.</param>
    /// <exception cref="NodeManagerException">
    /// InvalidDuration, MetricsDisabled, MetricsUnavailable: the first sample failed. A later one that fails is missing.
    /// </exception>
    /// <exception cref="OperationCanceledException">Cancelled before the first sample.</exception>
    public static async Task<IReadOnlyList<NodeUsageSeries>> SampleAsync(
        NodeManagerSession session,
        UsageRequest request,
        Action<NodeManagerException> missing,
        IOperationObserver observer,
        CancellationToken cancellationToken
    )
    {
        request.Validate();
        MetricsReader.RequireEnabled(session);
        return await ClusterOperation.RunAsync(
            session,
            null,
            (connection, token) => SampleAsync(session, connection, request, missing, observer, token, cancellationToken),
            cancellationToken
        );
    }

    private static async Task<IReadOnlyList<NodeUsageSeries>> SampleAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        UsageRequest request,
        Action<NodeManagerException> missing,
        IOperationObserver observer,
        CancellationToken stop,
        CancellationToken interrupt
    )
    {
        List<Recording> nodes = [];
        await foreach (
            ClusterNode node in NodeReader.ReadAsync(session, request.Nodes with { Usage = false }, missing, NullObserver.Instance, stop)
        )
            nodes.Add(new(node));
        if (nodes.Count == 0)
            return [];

        string[] names = [.. nodes.Select(static n => n.Node.Name)];
        DateTimeOffset start = connection.Time.GetUtcNow();
        int taken = 0;
        bool isWarned = false;
        try
        {
            for (; taken < request.Count; taken++)
            {
                // Relative to the start, so that slow answers do not add up.
                await connection.Time.DelayAsync(start + (taken * request.Interval) - connection.Time.GetUtcNow(), stop);
                Dictionary<string, NodeMetrics> answer = await ReadSampleAsync(session, connection, names, taken == 0, Warn, stop);
                DateTimeOffset now = connection.Time.GetUtcNow();
                foreach (Recording node in nodes)
                    node.Add(answer.GetValueOrDefault(node.Node.Name), now);
                Report(session, observer, request, taken + 1);
            }
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested && taken > 0)
        {
            // Cancelled: the samples so far are the result.
        }

        return [.. nodes.OrderBy(static n => n.Node.Name, StringComparer.Ordinal).Select(n => n.End(session, request, taken))];

        void Warn(string message)
        {
            if (!isWarned)
                observer.Warning(message);
            isWarned = true;
        }
    }

    // Empty if a later sample fails.
    private static async Task<Dictionary<string, NodeMetrics>> ReadSampleAsync(
        NodeManagerSession session,
        ClusterConnection connection,
        string[] names,
        bool isFirst,
        Action<string> warn,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await MetricsReader.ReadAsync(connection.Client, names, cancellationToken);
        }
        catch (KubernetesException refused) when (isFirst && MetricsReader.Absent(refused, session) is { } absent)
        {
            throw absent;
        }
        catch (Exception failure)
            when (!isFirst
                && !cancellationToken.IsCancellationRequested
                && ErrorTranslator.Translate(failure, session.Cluster, session.Server, null) is { } error
            )
        {
            warn($"A sample is missing: {error.Message}");
            return [];
        }
    }

    private static void Report(NodeManagerSession session, IOperationObserver observer, UsageRequest request, int taken)
    {
        if (request.Count == 1)
            return;
        string activity = $"Sampling the usage of nodes of {session.Cluster}";
        TimeSpan remaining = (request.Count - taken) * request.Interval;
        observer.Progress(
            new(
                activity,
                activity,
                string.Create(CultureInfo.InvariantCulture, $"{taken} of {request.Count} samples; {HumanDuration.Format(remaining)} left"),
                taken * 100 / request.Count,
                taken == request.Count
            )
        );
    }

    private sealed class Recording(ClusterNode node)
    {
        private readonly List<NodeUsageSample> _samples = [];
        private DateTimeOffset? _newest;

        public ClusterNode Node => node;

        public void Add(NodeMetrics? metrics, DateTimeOffset now)
        {
            NodeUsageSample sample = UsageRules.Sample(metrics, node.Allocatable, now, _newest);
            _newest = sample.MeasuredAt ?? _newest;
            _samples.Add(sample);
        }

        public NodeUsageSeries End(NodeManagerSession session, UsageRequest request, int taken)
        {
            (string status, string message) = UsageRules.Judge(_samples, taken);
            return new()
            {
                Session = session,
                Cluster = session.Cluster,
                Node = node.Name,
                NodeUid = node.Uid,
                Status = status,
                Message = message,
                Window = request.Window ?? TimeSpan.Zero,
                SampleInterval = request.Window is null ? TimeSpan.Zero : request.Interval,
                IsInterrupted = taken < request.Count,
                StartedAt = _samples[0].SampledAt,
                ObservedAt = _samples[^1].SampledAt,
                MeasuredAt = _newest,
                Cpu = UsageRules.Summarize(ResourceAmounts.Cpu, node.Allocatable.Cpu, _samples, static s => s.Cpu),
                Memory = UsageRules.Summarize(ResourceAmounts.Memory, node.Allocatable.Memory, _samples, static s => s.Memory),
                Samples = new(_samples),
                CompleteSamples = _samples.Count(static s => s.Status == NodeUsageStatus.Complete),
            };
        }
    }
}

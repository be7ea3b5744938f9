using System.Globalization;
using NodeManager.Core.Errors;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Timing;

namespace NodeManager.Core.Usage;

/// <summary>Samples metrics.k8s.io.</summary>
public static class UsageSampler
{
    /// <summary>One series a node, by name. The nodes are those that match at the start.</summary>
    /// <param name="session">Where; its configuration says whether metrics may be asked for.</param>
    /// <param name="request">What.</param>
    /// <param name="missing">Told of every plain name without a node (NodeNotFound, InvalidNodeName).</param>
    /// <param name="observer">Told of progress, and once of samples that fail.</param>
    /// <param name="cancellationToken">Ends the sampling: what was sampled until then is returned.</param>
    /// <exception cref="NodeManagerException">InvalidDuration, MetricsDisabled, MetricsUnavailable: the first sample failed. A later one that fails is missing.</exception>
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
                // From the start on, so that slow answers do not add up.
                await connection.Time.DelayAsync(start + (taken * request.Interval) - connection.Time.GetUtcNow(), stop);
                Dictionary<string, NodeMetrics> answer = [];
                try
                {
                    answer = await MetricsReader.ReadAsync(connection.Client, names, stop);
                }
                catch (KubernetesException refused) when (taken == 0 && MetricsReader.Absent(refused, session) is { } absent)
                {
                    throw absent;
                }
                catch (Exception failure)
                    when (taken > 0
                        && !stop.IsCancellationRequested
                        && ErrorTranslator.Translate(failure, session.Cluster, session.Server, null) is { } error
                    )
                {
                    if (!isWarned)
                        observer.Warning($"A sample is missing: {error.Message}");
                    isWarned = true;
                }

                DateTimeOffset now = connection.Time.GetUtcNow();
                foreach (Recording node in nodes)
                    node.Add(answer.GetValueOrDefault(node.Node.Name), now);
                Report(session, observer, request, taken + 1);
            }
        }
        catch (OperationCanceledException) when (interrupt.IsCancellationRequested && taken > 0)
        {
            // What was sampled is the result.
        }

        return [.. nodes.OrderBy(static n => n.Node.Name, StringComparer.Ordinal).Select(n => n.End(session, request, taken))];
    }

    private static void Report(NodeManagerSession session, IOperationObserver observer, UsageRequest request, int taken)
    {
        if (request.Count == 1)
            return;
        string activity = $"Sampling the usage of nodes of {session.Cluster}";
        TimeSpan left = (request.Count - taken) * request.Interval;
        observer.Progress(
            new(
                activity,
                activity,
                string.Create(CultureInfo.InvariantCulture, $"{taken} of {request.Count} samples; {HumanDuration.Format(left)} left"),
                taken * 100 / request.Count,
                taken == request.Count
            )
        );
    }

    // The samples of one node.
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

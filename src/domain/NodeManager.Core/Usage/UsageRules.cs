using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Core.Usage;

/// <summary>Evaluates samples and series of them.</summary>
internal static class UsageRules
{
    /// <param name="metrics">Null if the node has none.</param>
    /// <param name="before">The newest measurement of the earlier samples.</param>
    public static NodeUsageSample Sample(NodeMetrics? metrics, NodeResources allocatable, DateTimeOffset sampledAt, DateTimeOffset? before)
    {
        if (metrics is null || metrics.Usage.Count == 0)
            return new() { SampledAt = sampledAt, Status = NodeUsageStatus.Missing };
        decimal? cpu = Amount(metrics, ResourceAmounts.Cpu),
            memory = Amount(metrics, ResourceAmounts.Memory);
        // Without a timestamp from the server, the measurement counts as current.
        DateTimeOffset measuredAt = metrics.Timestamp ?? sampledAt;
        bool isStale = sampledAt - measuredAt > NodeUsage.StaleAfter;
        return new()
        {
            SampledAt = sampledAt,
            MeasuredAt = measuredAt,
            Status =
                isStale ? NodeUsageStatus.Stale
                : cpu is null || memory is null ? NodeUsageStatus.Partial
                : NodeUsageStatus.Complete,
            IsRepeated = measuredAt == before,
            Cpu = cpu,
            Memory = (long?)memory,
            CpuPercent = cpu is { } cores ? ResourceAmounts.Percent(cores, allocatable.Cpu) : null,
            MemoryPercent = memory is { } bytes ? ResourceAmounts.Percent(bytes, allocatable.Memory) : null,
        };
    }

    /// <summary>Statistics count each measurement once, and stale ones only if there are no others.</summary>
    /// <param name="resource"><c>cpu</c> or <c>memory</c>.</param>
    /// <param name="samples">In the order of time.</param>
    public static NodeUsageStatistic? Summarize(
        string resource,
        decimal allocatable,
        IReadOnlyList<NodeUsageSample> samples,
        Func<NodeUsageSample, decimal?> amount
    )
    {
        List<NodeUsageSample> measured = [.. samples.Where(s => !s.IsRepeated && amount(s) is not null)];
        if (measured.Exists(static s => s.Status != NodeUsageStatus.Stale))
            measured.RemoveAll(static s => s.Status == NodeUsageStatus.Stale);
        if (measured.Count == 0)
            return null;
        decimal[] amounts = [.. measured.Select(s => amount(s)!.Value)];
        decimal latest = amounts[^1];
        Array.Sort(amounts);
        return new()
        {
            Resource = resource,
            Allocatable = allocatable,
            Count = amounts.Length,
            Minimum = amounts[0],
            Mean = amounts.Sum() / amounts.Length,
            Percentile95 = amounts[(int)Math.Ceiling(amounts.Length * 0.95) - 1],
            Maximum = amounts[^1],
            Latest = latest,
        };
    }

    /// <summary>The status of a series, and its reason.</summary>
    public static (string Status, string Message) Judge(IReadOnlyList<NodeUsageSample> samples, int expected)
    {
        int Count(string status) => samples.Count(s => s.Status == status);
        int missing = Count(NodeUsageStatus.Missing) + Math.Max(0, expected - samples.Count),
            stale = Count(NodeUsageStatus.Stale),
            partial = Count(NodeUsageStatus.Partial);
        if (missing + stale + partial == 0)
            return (NodeUsageStatus.Complete, "");
        if (samples.All(static s => s.Status == NodeUsageStatus.Missing))
            return (NodeUsageStatus.Missing, "metrics.k8s.io has no metrics of the node.");
        if (stale > 0 && samples.All(static s => s.Status is NodeUsageStatus.Stale or NodeUsageStatus.Missing))
            return (
                NodeUsageStatus.Stale,
                $"The newest measurement is {HumanDuration.Format(samples.Last(static s => s.Age is not null).Age!.Value)} old."
            );
        if (samples is [var only])
            return (NodeUsageStatus.Partial, $"metrics.k8s.io does not report {(only.Cpu is null ? "cpu" : "memory")}.");
        string[] parts =
        [
            .. new[] { (missing, "missing"), (stale, "stale"), (partial, "without cpu or memory") }
                .Where(static p => p.Item1 > 0)
                .Select(static p => $"{p.Item1} {p.Item2}"),
        ];
        return (NodeUsageStatus.Partial, $"Of {expected} samples: {string.Join(", ", parts)}.");
    }

    private static decimal? Amount(NodeMetrics metrics, string resource) =>
        metrics.Usage.TryGetValue(resource, out Quantity amount) ? amount.Value : null;
}

using NodeManager.Core.Usage;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Core.Tests.Usage;

public sealed class UsageRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly NodeResources FourCores = new() { Cpu = 4, Memory = 8L << 30 };

    [Theory]
    [InlineData("1", "2Gi", 10, NodeUsageStatus.Complete)]
    [InlineData("1", "2Gi", -5, NodeUsageStatus.Complete)]
    [InlineData("1", "2Gi", 120, NodeUsageStatus.Complete)]
    [InlineData("1", "2Gi", 121, NodeUsageStatus.Stale)]
    [InlineData("1", null, 10, NodeUsageStatus.Partial)]
    [InlineData(null, "2Gi", 10, NodeUsageStatus.Partial)]
    [InlineData(null, "2Gi", 500, NodeUsageStatus.Stale)]
    [InlineData(null, null, 10, NodeUsageStatus.Missing)]
    public void Samples_are_marked_by_the_thresholds(string? cpu, string? memory, int age, string status)
    {
        NodeUsageSample sample = UsageRules.Sample(Metrics(cpu, memory, age), FourCores, Now, null);

        Assert.Equal(status, sample.Status);
        Assert.Equal(status == NodeUsageStatus.Missing ? null : TimeSpan.FromSeconds(Math.Max(0, age)), sample.Age);
        Assert.Equal((cpu is null ? null : 25m, memory is null ? null : 25m), (sample.CpuPercent, sample.MemoryPercent));
    }

    [Fact]
    public void A_node_without_metrics_is_missing() =>
        Assert.Equal(NodeUsageStatus.Missing, UsageRules.Sample(null, FourCores, Now, null).Status);

    [Fact]
    public void An_unchanged_measurement_is_marked_as_repeated() =>
        Assert.True(UsageRules.Sample(Metrics("1", "1Gi", 30), FourCores, Now, Now.AddSeconds(-30)).IsRepeated);

    [Theory]
    [InlineData("4", 4, 4, 4, 4)]
    [InlineData("2 1", 1, 1.5, 2, 2)]
    [InlineData("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20", 1, 10.5, 19, 20)]
    [InlineData("20 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 21", 1, 11, 20, 21)]
    public void Statistics_are_computed_from_samples(string amounts, double minimum, double mean, double percentile, double maximum)
    {
        NodeUsageStatistic statistic = Summarize([
            .. amounts.Split(' ').Select((a, i) => Sample(decimal.Parse(a, System.Globalization.CultureInfo.InvariantCulture), i)),
        ])!;

        Assert.Equal(
            ((decimal)minimum, (decimal)mean, (decimal)percentile, (decimal)maximum),
            (statistic.Minimum, statistic.Mean, statistic.Percentile95, statistic.Maximum)
        );
        Assert.Equal(decimal.Parse(amounts.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture), statistic.Latest);
        Assert.Equal((decimal)maximum / 40 * 100, statistic.MaximumPercent);
    }

    [Fact]
    public void A_repeated_measurement_counts_once_and_a_stale_one_only_if_it_is_the_only_one()
    {
        NodeUsageSample repeated = new()
        {
            Status = NodeUsageStatus.Complete,
            IsRepeated = true,
            Cpu = 9,
        };
        NodeUsageSample stale = new() { Status = NodeUsageStatus.Stale, Cpu = 7 };
        NodeUsageSample missing = new() { Status = NodeUsageStatus.Missing };

        Assert.Equal((1m, 3m, 2), Numbers(Summarize([Sample(1, 0), repeated, stale, missing, Sample(3, 1)])));
        Assert.Equal((7m, 7m, 1), Numbers(Summarize([stale, missing])));
        Assert.Null(Summarize([missing]));

        static (decimal, decimal, int) Numbers(NodeUsageStatistic? statistic) => (statistic!.Minimum, statistic.Maximum, statistic.Count);
    }

    [Theory]
    [InlineData("C C C", 3, NodeUsageStatus.Complete, "")]
    [InlineData("M M", 2, NodeUsageStatus.Missing, "metrics.k8s.io has no metrics of the node.")]
    [InlineData("S M", 2, NodeUsageStatus.Stale, "The newest measurement is 10m old.")]
    [InlineData("C M S P", 4, NodeUsageStatus.Partial, "Of 4 samples: 1 missing, 1 stale, 1 without cpu or memory.")]
    [InlineData("P", 1, NodeUsageStatus.Partial, "metrics.k8s.io does not report memory.")]
    [InlineData("C C", 4, NodeUsageStatus.Partial, "Of 4 samples: 2 missing.")]
    public void A_series_is_judged_by_the_thresholds(string samples, int expected, string status, string message) =>
        Assert.Equal(
            (status, message),
            UsageRules.Judge(
                [
                    .. samples
                        .Split(' ')
                        .Select(one =>
                            one switch
                            {
                                "C" => new NodeUsageSample { Status = NodeUsageStatus.Complete },
                                "P" => new NodeUsageSample { Status = NodeUsageStatus.Partial, Cpu = 1 },
                                "S" => new NodeUsageSample
                                {
                                    Status = NodeUsageStatus.Stale,
                                    SampledAt = Now,
                                    MeasuredAt = Now.AddMinutes(-10),
                                },
                                _ => new NodeUsageSample { Status = NodeUsageStatus.Missing },
                            }
                        ),
                ],
                expected
            )
        );

    private static NodeUsageStatistic? Summarize(IReadOnlyList<NodeUsageSample> samples) =>
        UsageRules.Summarize("cpu", 40, samples, static s => s.Cpu);

    private static NodeUsageSample Sample(decimal cpu, int second) =>
        new()
        {
            Status = NodeUsageStatus.Complete,
            Cpu = cpu,
            MeasuredAt = Now.AddSeconds(second),
        };

    private static NodeMetrics Metrics(string? cpu, string? memory, int age)
    {
        NodeMetrics metrics = new()
        {
            Metadata = new() { Name = "a" },
            Timestamp = Now.AddSeconds(-age),
        };
        if (cpu is not null)
            metrics.Usage["cpu"] = Quantity.Parse(cpu);
        if (memory is not null)
            metrics.Usage["memory"] = Quantity.Parse(memory);
        return metrics;
    }
}

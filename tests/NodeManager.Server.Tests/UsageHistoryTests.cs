using NodeManager.Server.NodeDetails;

namespace NodeManager.Server.Tests;

/// <summary>An hour of usage is kept of each node, and no more.</summary>
public sealed class UsageHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Samples_are_ordered_and_the_oldest_are_dropped()
    {
        var history = new UsageHistory();
        for (int i = 0; i < UsageHistory.Kept + 5; i++)
            history.Add(Start.AddSeconds(30 * i), [Node("a", i % 100, 20)]);

        IReadOnlyList<ApiUsageSample> samples = history.Of("a");

        Assert.Equal(UsageHistory.Kept, samples.Count);
        Assert.Equal(Start.AddSeconds(150), samples[0].At);
        Assert.Equal(5m, samples[0].CpuPercent);
        Assert.Equal(samples.OrderBy(static one => one.At), samples);
    }

    [Fact]
    public void Missing_samples_are_gaps_and_deleted_nodes_are_dropped()
    {
        var history = new UsageHistory();
        history.Add(Start, [Node("a", 10, 20), Node("b", 10, 20)]);
        history.Add(Start.AddSeconds(30), [Node("a", null, null)]);
        history.Add(Start.AddSeconds(60), [Node("a", 30, null), Node("late", 1, 1)]);

        Assert.Equal(
            [(Start, (decimal?)10m, (decimal?)20m), (Start.AddSeconds(60), 30m, null)],
            history.Of("a").Select(static one => (one.At, one.CpuPercent, one.MemoryPercent))
        );
        Assert.Empty(history.Of("b"));
        Assert.Single(history.Of("late"));
        Assert.Empty(history.Of("none"));
    }

    private static ClusterNode Node(string name, decimal? cpu, decimal? memory) =>
        new()
        {
            Name = name,
            Status = "Ready",
            Usage = cpu is null && memory is null ? null : new() { CpuPercent = cpu, MemoryPercent = memory },
        };
}

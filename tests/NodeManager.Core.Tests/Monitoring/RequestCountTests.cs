using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Core.Tests.Support;
using NodeManager.Core.Usage;

namespace NodeManager.Core.Tests.Monitoring;

/// <summary>How much those that follow a whole cluster ask its API server: counts of requests, which no busy machine changes.</summary>
public sealed class RequestCountTests
{
    // Larger lists come in pages of 500 objects.
    private const int Nodes = 24;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task A_monitor_lists_each_resource_once_and_then_reads_only_Leases()
    {
        RequestLog? log = null;
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(Nodes, inner => log = new(inner));
        log!.Clear();
        RunningOperation monitor = await cluster.MonitorAsync(new() { Session = cluster.Session });
        IReadOnlyDictionary<string, int> start = log.Counts;
        Assert.Equal((1, 1, 2), (start["list nodes"], start["list pods"], start["list events"]));
        Assert.Equal((1, 1, 2), (start["watch nodes"], start["watch pods"], start["watch events"]));

        // Watches that end by themselves are opened again.
        log.Clear();
        await cluster.PassAsync(TimeSpan.FromMinutes(5), Step);
        IReadOnlyDictionary<string, int> rest = log.Counts;
        Assert.All(
            rest.Keys,
            static kind => Assert.Contains(kind, new[] { "list leases", "get leases", "watch nodes", "watch pods", "watch events" })
        );
        // Each Lease is read once in 30 to 40 s, a few of them by name; those of the seeded nodes that are down, every 10 s.
        int leases = (rest.GetValueOrDefault("list leases") * Nodes) + rest.GetValueOrDefault("get leases");
        Assert.InRange(leases, Nodes * 7, Nodes * 15);
        Assert.InRange(
            rest.Where(static kind => kind.Key.StartsWith("watch ", StringComparison.Ordinal)).Sum(static kind => kind.Value),
            0,
            12
        );
        await MonitoredCluster.StopAsync(monitor);
    }

    [Fact]
    public async Task An_interrupted_watch_is_resumed_without_a_list()
    {
        RequestLog? log = null;
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(Nodes, inner => log = new(inner));
        RunningOperation monitor = await cluster.MonitorAsync(new() { Session = cluster.Session });
        log!.Clear();
        cluster.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.WatchCut,
                Name = "cut",
                Period = TimeSpan.FromSeconds(30),
            }
        );
        await cluster.PassAsync(TimeSpan.FromMinutes(5), Step);
        IReadOnlyDictionary<string, int> counts = log.Counts;
        Assert.DoesNotContain("list nodes", counts.Keys);
        Assert.DoesNotContain("list pods", counts.Keys);
        Assert.DoesNotContain("list events", counts.Keys);
        // Ten cuts of four watches.
        Assert.InRange(counts["watch nodes"], 8, 12);
        Assert.InRange(counts["watch pods"], 8, 12);
        await MonitoredCluster.StopAsync(monitor);
    }

    [Fact]
    public async Task Usage_reads_metrics_once_per_sample_and_lists_pods_once()
    {
        RequestLog? log = null;
        await using MonitoredCluster cluster = await MonitoredCluster.StartAsync(Nodes, inner => log = new(inner));
        log!.Clear();
        Task<IReadOnlyList<NodeUsageSeries>> sampling = UsageSampler.SampleAsync(
            cluster.Session,
            new()
            {
                Window = TimeSpan.FromMinutes(5),
                Interval = TimeSpan.FromSeconds(30),
                Nodes = new(),
            },
            Assert.Null,
            NullObserver.Instance,
            default
        );
        await cluster.UntilAsync(() => sampling.IsCompleted, "the sampling", Step);
        Assert.All(await sampling, static series => Assert.Equal(11, series.Samples.Count));
        Assert.Equal(11, log.Counts["list metrics"]);
        Assert.Equal(1, log.Counts["list nodes"]);
        Assert.Equal(2, log.Counts.Count);

        log.Clear();
        for (int time = 0; time < 3; time++)
            await foreach (
                ClusterNode _ in NodeReader.ReadAsync(cluster.Session, new() { Usage = true }, Assert.Null, NullObserver.Instance, default)
            )
                continue;
        // The pods stay known for 30 s; what nodes and metrics are now is asked for each time.
        Assert.Equal((3, 3, 1), (log.Counts["list nodes"], log.Counts["list metrics"], log.Counts["list pods"]));
    }
}

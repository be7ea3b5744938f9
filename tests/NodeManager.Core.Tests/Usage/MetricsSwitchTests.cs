using NodeManager.Core.Nodes.Caching;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Tests.Support;
using NodeManager.Core.Usage;
using NodeManager.Monitoring.Screens;
using NodeManager.Recommendations;

namespace NodeManager.Core.Tests.Usage;

/// <summary><c>metricsEnabled</c>: all that reads metrics.k8s.io asks it, or does not.</summary>
public sealed class MetricsSwitchTests
{
    private static readonly Dictionary<string, Func<NodeManagerSession, RecordingObserver, Task>> Readers = new(StringComparer.Ordinal)
    {
        ["Get-ClusterNode -Usage"] = static async (session, observer) =>
        {
            await foreach (ClusterNode _ in NodeReader.ReadAsync(session, new() { Usage = true }, Assert.Null, observer, default))
                continue;
        },
        ["Get-ClusterNode NAME -Usage"] = static async (session, observer) =>
        {
            await foreach (ClusterNode node in NodeReader.ReadAsync(session, new(), Assert.Null, observer, default))
            {
                await foreach (
                    ClusterNode _ in NodeReader.ReadAsync(
                        session,
                        new() { Names = [node.Name], Usage = true },
                        Assert.Null,
                        observer,
                        default
                    )
                )
                    continue;
                break;
            }
        },
        ["Get-ClusterStatistic"] = static (session, observer) => ClusterStatisticReader.ReadAsync(session, null, null, observer, default),
        ["Get-NodeUsage"] = static async (session, observer) =>
        {
            try
            {
                await UsageSampler.SampleAsync(session, new() { Nodes = new() }, Assert.Null, observer, default);
            }
            catch (NodeManagerException refused)
            {
                Assert.Equal(ErrorIds.MetricsDisabled, refused.ErrorId);
            }
        },
        ["Get-NodeScaleRecommendation"] = static (session, observer) => ScaleRecommender.RecommendAsync(session, new(), observer, default),
        ["Show-ClusterHealth"] = static async (session, observer) =>
        {
            await foreach (ClusterScreen _ in ClusterScreens.FollowAsync(session, watch: false, observer, default))
                continue;
        },
        ["server"] = static async (session, _) =>
        {
            using LiveNodes nodes = new(session);
            await nodes.ReadyAsync(default);
            Assert.NotEmpty(nodes.List());
        },
    };

    public static TheoryData<string> Names => [.. Readers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Metrics_are_read_only_where_enabled(string name)
    {
        RequestLog? log = null;
        await using ManualCluster cluster = await ManualCluster.StartAsync(3, inner => log = new(inner));
        RecordingObserver observer = new();
        await Readers[name](cluster.Session, observer);
        Assert.Contains(log!.Uris, IsMetrics);

        cluster.Session.Configure(static before => new(before) { MetricsEnabled = false });
        log.Clear();
        await Readers[name](cluster.Session, observer);
        Assert.DoesNotContain(log.Uris, IsMetrics);
        // What was switched off on purpose is no trouble.
        Assert.Empty(observer.Warnings);
    }

    private static bool IsMetrics(Uri uri) => uri.AbsolutePath.Contains("/metrics.k8s.io/", StringComparison.Ordinal);
}

using NodeManager.Core.Placement;
using NodeManager.Core.Sessions;
using NodeManager.Core.Tests.Support;

namespace NodeManager.Core.Tests.Placement;

/// <summary>What a plan keeps of a large cluster while it is computed: bench/README.md. The bounds are about a tenth above what was measured.</summary>
public sealed class SnapshotReaderTests
{
    [Fact]
    public async Task A_pod_of_a_cluster_that_is_read_without_caches_takes_at_most_640_bytes_and_820_with_its_place()
    {
        await using ManualCluster cluster = await ManualCluster.StartAsync(nodes: 2_100);
        SnapshotReader reader = new(cluster.Session.Connection().Client, Assert.Fail);

        ClusterReading reading = await reader.ReadAsync(null, default);

        long nodes = RetainedSize.Of(reading.Nodes),
            pods = RetainedSize.Of([.. reading.Nodes, .. reading.Pods]) - nodes,
            all = RetainedSize.Of(reading) - nodes;
        Assert.InRange(reading.Pods.Count, 20_000, 22_000);
        Assert.InRange(pods / reading.Pods.Count, 300, 640);
        Assert.InRange(all / reading.Pods.Count, pods / reading.Pods.Count, 820);
    }
}

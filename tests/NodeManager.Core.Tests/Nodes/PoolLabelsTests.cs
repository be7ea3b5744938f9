using NodeManager.Core.Nodes;

namespace NodeManager.Core.Tests.Nodes;

public sealed class PoolLabelsTests
{
    [Theory]
    [InlineData("nodepool=workers", "", "workers")]
    [InlineData("topology.kubenodesmith.io/pool=small", "", "small")]
    [InlineData("karpenter.sh/nodepool=general;pool=other", "", "general")]
    [InlineData("node.cluster.x-k8s.io/pool=blue", "", "blue")]
    [InlineData("nodepool=;pool=spot", "", "spot")]
    [InlineData("example.com/pool=own", "", "")]
    [InlineData("example.com/pool=own", "example.com/pool", "own")]
    [InlineData("example.com/pool=own;nodepool=other", "example.com/pool", "own")]
    [InlineData("nodepool=other", "example.com/pool", "other")]
    [InlineData("example.com/pool=;nodepool=other", "example.com/pool", "other")]
    [InlineData("team=shop", "", "")]
    public void The_pool_of_a_node_is_read_from_its_labels(string labels, string ownKey, string pool)
    {
        var there = labels.Split(';').Select(static one => one.Split('=')).ToDictionary(static one => one[0], static one => one[1]);
        Dictionary<string, string>? annotations = ownKey.Length == 0 ? null : new() { [PoolLabels.KeyAnnotation] = ownKey };

        Assert.Equal(pool, PoolLabels.PoolOf(there, annotations));
    }
}

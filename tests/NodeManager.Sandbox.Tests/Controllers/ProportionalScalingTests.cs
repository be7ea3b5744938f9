using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Deployments;
using NodeManager.Sandbox.Model.Kinds;

namespace NodeManager.Sandbox.Tests.Controllers;

public sealed class ProportionalScalingTests
{
    /// <summary>The first is the example of the Kubernetes documentation: 10 replicas with a surge of 3, scaled to 15 while 8 old and 5 new pods are there.</summary>
    [Theory]
    [InlineData(15, 3, new[] { 8, 13, 5, 13 }, new[] { 11, 7 })]
    [InlineData(5, 3, new[] { 8, 13, 5, 13 }, new[] { 5, 3 })]
    [InlineData(0, 3, new[] { 8, 13, 5, 13 }, new[] { 0, 0 })]
    [InlineData(20, 0, new[] { 5, 10, 5, 10 }, new[] { 10, 10 })]
    public void Each_ReplicaSet_is_scaled_proportionally(int replicas, int surge, int[] sets, int[] expected)
    {
        (int, int)[] pairs = [.. sets.Chunk(2).Select(pair => (pair[0], pair[1]))];

        Assert.Equal(expected, new RollingUpdate(replicas, surge, 0).Proportional(pairs));
    }

    [Fact]
    public async Task Scaling_a_Deployment_during_a_rollout_scales_all_ReplicaSets()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a", "b", "c", "d");
        cluster.Workload(
            BuiltInKinds.Deployments,
            "web",
            4,
            ""","strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":2,"maxUnavailable":0}}"""
        );
        await cluster.UntilAsync(() => cluster.Ready("web") == 4);

        // New pods never get ready: the rollout stands with two of them.
        cluster.Merge(
            BuiltInKinds.Deployments,
            "web",
            document =>
                document["spec"]!["template"]!["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject
                {
                    ["sandbox.nodemanager/not-ready"] = "true",
                }
        );
        await cluster.UntilAsync(() => Sizes(cluster).SequenceEqual([4, 2]));
        cluster.Merge(BuiltInKinds.Deployments, "web", document => document["spec"]!["replicas"] = 8);

        await cluster.UntilAsync(() => Sizes(cluster).SequenceEqual([7, 3]));
    }

    private static IEnumerable<int> Sizes(LiveCluster cluster) =>
        cluster
            .Store.List(BuiltInKinds.ReplicaSets)
            .Objects.Walk()
            .Select(set => set.As<ReplicaSet>().Spec.Replicas ?? 0)
            .OrderDescending();
}

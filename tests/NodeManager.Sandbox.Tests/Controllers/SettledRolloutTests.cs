using System.Text.Json;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Deployments;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Seeding;

namespace NodeManager.Sandbox.Tests.Controllers;

public sealed class SettledRolloutTests
{
    [Theory]
    [InlineData("deployment", "metadata.generation", 2)]
    [InlineData("deployment", "metadata.annotations.owner", "shop")]
    [InlineData("deployment", "metadata.annotations.deployment.kubernetes.io~revision", "2")]
    [InlineData("deployment", "spec.replicas", 5)]
    [InlineData("deployment", "spec.paused", true)]
    [InlineData("deployment", "spec.minReadySeconds", 10)]
    [InlineData("deployment", "spec.strategy.rollingUpdate.maxSurge", 3)]
    [InlineData("deployment", "spec.strategy.type", "Recreate")]
    [InlineData("deployment", "status.replicas", 3)]
    [InlineData("deployment", "status.updatedReplicas", 3)]
    [InlineData("deployment", "status.readyReplicas", 3)]
    [InlineData("deployment", "status.availableReplicas", 3)]
    [InlineData("deployment", "status.terminatingReplicas", 1)]
    [InlineData("deployment", "status.observedGeneration", 0)]
    [InlineData("deployment", "status.conditions", null)]
    [InlineData("set", "spec.replicas", 3)]
    [InlineData("set", "metadata.annotations", null)]
    [InlineData("set", "metadata.annotations.deployment.kubernetes.io~desired-replicas", "3")]
    [InlineData("set", "metadata.annotations.deployment.kubernetes.io~max-replicas", "3")]
    [InlineData("set", "metadata.name", "another")]
    [InlineData("set", "status.replicas", 3)]
    [InlineData("set", "status.readyReplicas", 3)]
    [InlineData("set", "status.availableReplicas", 3)]
    [InlineData("set", "status.terminatingReplicas", 1)]
    public void A_Deployment_that_may_need_a_write_is_not_settled(string which, string path, object? value)
    {
        using SandboxCluster cluster = Seed();
        DocumentStore store = cluster.Registry.Store;
        StoredObject stored = store.Get(BuiltInKinds.Deployments, "shop", "catalog")!;
        JsonObject deployment = stored.ToJson(),
            set = store.ControlledBy(stored.Uid, BuiltInKinds.ReplicaSets).Single().ToJson();
        Assert.True(IsSettled(deployment, set));

        Change(which == "set" ? set : deployment, path.Split('.', 3), value);

        Assert.False(IsSettled(deployment, set));
    }

    /// <summary>Otherwise the start of a large cluster reads and compares the documents of all of them.</summary>
    [Fact]
    public void Seeded_Deployments_are_settled()
    {
        using SandboxCluster cluster = Seed();
        foreach (StoredObject stored in cluster.Registry.Store.List(BuiltInKinds.Deployments).Objects.Walk())
            Assert.True(
                SettledRollout.IsSettled(
                    stored.As<Deployment>(),
                    cluster.Registry.Store.ControlledBy(stored.Uid, BuiltInKinds.ReplicaSets).Single().As<ReplicaSet>()
                ),
                stored.Name
            );
    }

    private static bool IsSettled(JsonObject deployment, JsonObject set) =>
        SettledRollout.IsSettled(
            JsonSerializer.Deserialize(deployment, KubernetesJson.Default.Deployment)!,
            JsonSerializer.Deserialize(set, KubernetesJson.Default.ReplicaSet)!
        );

    // The last part of a path may contain dots; '~' stands for a slash.
    private static void Change(JsonObject document, string[] path, object? value)
    {
        JsonObject parent = path.SkipLast(1).Aggregate(document, static (node, member) => node.Ensure(member));
        string last = path[^1].Replace('~', '/');
        if (last.Contains('.', StringComparison.Ordinal) && !last.Contains('/', StringComparison.Ordinal))
            Change(parent, last.Split('.', 2), value);
        else if (value is null)
            parent.Remove(last);
        else
            parent[last] = JsonSerializer.SerializeToNode(value);
    }

    private static SandboxCluster Seed()
    {
        SandboxCluster cluster = SandboxCluster.StartStill(new() { Nodes = 0 }, DocumentStore.DefaultLogCapacity);
        DemoCluster.Write(cluster.Registry, 30, 1, cluster.Catalog.Minor);
        return cluster;
    }
}

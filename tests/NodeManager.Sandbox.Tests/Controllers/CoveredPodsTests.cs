using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Budgets;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Seeding;

namespace NodeManager.Sandbox.Tests.Controllers;

public sealed class CoveredPodsTests
{
    [Theory]
    [InlineData("""{"matchLabels":{"app.kubernetes.io/name":"cart"}}""")]
    [InlineData("""{"matchLabels":{"app.kubernetes.io/name":"cart","nobody":"has"}}""")]
    [InlineData("""{"matchExpressions":[{"key":"app.kubernetes.io/name","operator":"In","values":["cart","catalog"]}]}""")]
    [InlineData("{}")]
    public void Repeated_lookups_of_covered_pods_are_the_same(string selector)
    {
        using SandboxCluster cluster = SandboxCluster.StartStill(new() { Nodes = 0 }, DocumentStore.DefaultLogCapacity);
        DemoCluster.Write(cluster.Registry, 30, 1, cluster.Catalog.Minor);
        DocumentStore store = cluster.Registry.Store;
        StoredObject budget = cluster.Registry.Create(
            BuiltInKinds.PodDisruptionBudgets,
            "shop",
            new()
            {
                ["metadata"] = new JsonObject { ["name"] = "asked" },
                ["spec"] = new JsonObject { ["maxUnavailable"] = 1, ["selector"] = JsonNode.Parse(selector) },
            }
        );
        var covered = new CoveredPods(store, cluster.Catalog.Minor);
        for (int round = 0; round < 3; round++)
        {
            StoredObject[] expected =
            [
                .. store
                    .List(BuiltInKinds.Pods)
                    .Objects.Walk("shop")
                    .Where(pod => BudgetMatching.Covers(budget, pod, cluster.Catalog.Minor)),
            ];
            for (int time = 0; time < 3; time++)
                Assert.Equal(expected, covered.Of(budget));
            if (expected is [var first, ..])
                cluster.Registry.Delete(BuiltInKinds.Pods, first.Namespace, first.Name, new() { GracePeriod = 0 });
        }
    }
}

using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;

namespace NodeManager.Sandbox.Tests.Controllers;

public sealed class DisruptionTests
{
    [Theory]
    [InlineData("minAvailable", "2", 5, 5, 2, 3)]
    [InlineData("minAvailable", "\"50%\"", 5, 5, 3, 2)]
    [InlineData("maxUnavailable", "1", 5, 5, 4, 1)]
    [InlineData("maxUnavailable", "\"50%\"", 5, 5, 2, 3)]
    [InlineData("minAvailable", "9", 5, 5, 9, 0)]
    public async Task A_PDB_compares_ready_pods_with_the_desired_replicas(
        string rule,
        string amount,
        int replicas,
        int expected,
        int desired,
        int allowed
    )
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Workload(BuiltInKinds.Deployments, "web", replicas);
        Budget(cluster, $"\"{rule}\":{amount}");
        await cluster.UntilAsync(() => cluster.Status(BuiltInKinds.PodDisruptionBudgets, "web").Number("currentHealthy") == replicas);
        JsonObject status = cluster.Status(BuiltInKinds.PodDisruptionBudgets, "web");
        Assert.Equal(
            (expected, desired, allowed, 1L),
            (
                status.Number("expectedPods"),
                status.Number("desiredHealthy"),
                status.Number("disruptionsAllowed"),
                status.Number("observedGeneration")
            )
        );
        Assert.Equal(allowed > 0 ? "SufficientPods" : "InsufficientPods", status.Condition("DisruptionAllowed").Text("reason"));
    }

    [Fact]
    public async Task Unready_pods_are_not_healthy()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Workload(BuiltInKinds.Deployments, "web", 3);
        Budget(cluster, "\"maxUnavailable\":1");
        await cluster.UntilAsync(() => cluster.Status(BuiltInKinds.PodDisruptionBudgets, "web").Number("disruptionsAllowed") == 1);
        cluster.Annotate(BuiltInKinds.Pods, cluster.Pods.First().Name, "fake-kubelet/not-ready", "true");
        await cluster.UntilAsync(() => cluster.Status(BuiltInKinds.PodDisruptionBudgets, "web").Number("disruptionsAllowed") == 0);
        Assert.Equal(2, cluster.Status(BuiltInKinds.PodDisruptionBudgets, "web").Number("currentHealthy"));
    }

    [Fact]
    public async Task A_disrupted_pod_that_is_not_deleted_is_dropped_after_two_minutes()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Workload(BuiltInKinds.Deployments, "web", 3);
        Budget(cluster, "\"maxUnavailable\":1");
        await cluster.UntilAsync(() => cluster.Status(BuiltInKinds.PodDisruptionBudgets, "web").Number("disruptionsAllowed") == 1);
        string name = cluster.Pods.First().Name;
        DateTimeOffset since = cluster.Clock.GetUtcNow();
        cluster.Registry.UpdateStatus(
            BuiltInKinds.PodDisruptionBudgets,
            "default",
            "web",
            document =>
            {
                document["status"]!["disruptionsAllowed"] = 0;
                document["status"]!.AsObject().Ensure("disruptedPods")[name] = cluster.Registry.Now;
                return document;
            }
        );
        await cluster.UntilAsync(() => cluster.Status(BuiltInKinds.PodDisruptionBudgets, "web").Number("currentHealthy") == 2);
        Assert.Equal(0, cluster.Status(BuiltInKinds.PodDisruptionBudgets, "web").Number("disruptionsAllowed"));
        await cluster.UntilAsync(
            () => cluster.Status(BuiltInKinds.PodDisruptionBudgets, "web").Number("disruptionsAllowed") == 1,
            step: TimeSpan.FromSeconds(1)
        );
        Assert.True(cluster.Clock.GetUtcNow() - since > TimeSpan.FromSeconds(118));
    }

    [Theory]
    [InlineData("1.20", 0)]
    [InlineData("1.21", 2)]
    public async Task An_empty_selector_selects_no_pod_before_1_21_and_all_pods_since(string version, int expected)
    {
        using LiveCluster cluster = new(version: version);
        cluster.Nodes("a");
        cluster.Workload(BuiltInKinds.Deployments, "web", 2);
        await cluster.UntilAsync(() => cluster.Ready("web") == 2);
        cluster.Create(BuiltInKinds.PodDisruptionBudgets, """{"metadata":{"name":"web"},"spec":{"minAvailable":1,"selector":{}}}""");
        await cluster.UntilAsync(() => cluster.Status(BuiltInKinds.PodDisruptionBudgets, "web").Number("observedGeneration") == 1);
        Assert.Equal(expected, cluster.Status(BuiltInKinds.PodDisruptionBudgets, "web").Number("expectedPods"));
    }

    [Theory]
    [InlineData("1.21", null, "SyncFailed")]
    [InlineData("1.37", 1L, "InsufficientPods")]
    public async Task An_unmanaged_pod_fails_the_PDB_sync_in_old_versions_and_does_not_count_in_new_ones(
        string version,
        long? observed,
        string reason
    )
    {
        using LiveCluster cluster = new(version: version);
        cluster.Nodes("a");
        cluster.Pod("bare", labels: """{"app":"web"}""");
        Budget(cluster, "\"maxUnavailable\":1");
        await cluster.UntilAsync(() =>
            cluster.Status(BuiltInKinds.PodDisruptionBudgets, "web").Condition("DisruptionAllowed").Text("reason") == reason
        );
        Assert.Equal(observed, cluster.Status(BuiltInKinds.PodDisruptionBudgets, "web").Number("observedGeneration"));
        Assert.Equal(0, cluster.Status(BuiltInKinds.PodDisruptionBudgets, "web").Number("disruptionsAllowed"));
    }

    private static void Budget(LiveCluster cluster, string rule) =>
        cluster.Create(
            BuiltInKinds.PodDisruptionBudgets,
            $$"""{"metadata":{"name":"web"},"spec":{ {{rule}},"selector":{"matchLabels":{"app":"web"} } } }"""
        );
}

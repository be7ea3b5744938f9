using System.Diagnostics;
using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Resources;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Sandbox.Seeding;
using NodeManager.Sandbox.Tests.Controllers;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Tests.Seeding;

public sealed class DemoClusterTests
{
    // Of a store that nothing was written to.
    private const long FirstVersion = 100;

    [Theory]
    [InlineData("1.37")]
    [InlineData("1.20")]
    public async Task The_demo_cluster_is_in_a_steady_state(string version)
    {
        using LiveCluster cluster = new(nodes: 12, version: version);
        Dictionary<string, long> before = cluster.Pods.ToDictionary(pod => pod.Uid, pod => pod.Version);
        Assert.Equal(12, cluster.Store.List(BuiltInKinds.Nodes).Objects.Count);
        await cluster.PassAsync(TimeSpan.FromSeconds(90));
        Assert.Equal(before, cluster.Pods.ToDictionary(pod => pod.Uid, pod => pod.Version));
        Assert.Equal(1, cluster.Store.List(BuiltInKinds.Nodes).Objects.Walk().Count(node => Ready(node) != "True"));
        Assert.All(
            cluster.Store.List(BuiltInKinds.Deployments).Objects.Walk(),
            deployment =>
                Assert.Equal("NewReplicaSetAvailable", deployment.ToJson().Object("status").Condition("Progressing").Text("reason"))
        );
        foreach (
            ResourceKind kind in (ResourceKind[])
                [
                    BuiltInKinds.Deployments,
                    BuiltInKinds.ReplicaSets,
                    BuiltInKinds.PodDisruptionBudgets,
                    BuiltInKinds.PersistentVolumeClaims,
                    BuiltInKinds.PersistentVolumes,
                ]
        )
        {
            ChangeCursor cursor = cluster.Store.OpenCursor(kind, FirstVersion)!;
            while (cursor.TryRead(out Change? change))
                Assert.True(
                    change.Type == ChangeType.Added,
                    $"{change.Previous?.ToJson().ToJsonString()} became {change.Object.ToJson().ToJsonString()}"
                );
        }
    }

    [Fact]
    public void Thousands_of_pods_of_one_ReplicaSet_have_unique_names()
    {
        using var cluster = SandboxCluster.StartStill(new() { Nodes = 0 }, DocumentStore.DefaultLogCapacity);
        var writer = new SeedWriter(cluster.Registry, 1);
        Assert.Equal(20_000, Enumerable.Range(0, 20_000).Select(_ => writer.NextSuffix()).Distinct().Count());
    }

    [Fact]
    public void The_demo_cluster_contains_every_kind_of_workload_and_fault()
    {
        using LiveCluster cluster = new(nodes: 12);
        Node[] nodes = [.. cluster.Store.List(BuiltInKinds.Nodes).Objects.Walk().Select(node => node.As<Node>())];
        Assert.Equal(3, nodes.Select(node => node.Metadata.Labels!["topology.kubernetes.io/zone"]).Distinct().Count());
        Assert.Equal(3, nodes.Count(node => node.Metadata.Labels!.ContainsKey("node-role.kubernetes.io/control-plane")));
        Assert.Equal(
            2,
            nodes.Count(node =>
                node.Status.Allocatable!.ContainsKey("nvidia.com/gpu")
                && node.Spec.Taints!.Exists(taint => taint is { Key: "nvidia.com/gpu", Value: "present" })
            )
        );
        Assert.Single(nodes, node => node.Spec.Unschedulable == true);
        Assert.Single(nodes, node => node.Status.NodeInfo!.KubeletVersion == "v1.37.1");
        Assert.Equal(0, cluster.Status(BuiltInKinds.PodDisruptionBudgets, "ledger", "payments").Number("disruptionsAllowed"));
        Assert.Equal(1, cluster.Status(BuiltInKinds.PodDisruptionBudgets, "gateway", "payments").Number("disruptionsAllowed"));
        Assert.Contains(cluster.Pods, pod => pod.OwnerUids.Length == 0);
        Assert.Contains(cluster.Pods, pod => pod.As<Pod>().Spec.Volumes?.Exists(volume => volume.EmptyDir is not null) == true);
        Assert.Contains(cluster.Pods, pod => pod.Field("status.phase") == "Succeeded");
        Assert.Equal(4, cluster.Store.List(BuiltInKinds.VolumeAttachments).Objects.Count);
        Assert.Contains(cluster.Pods, pod => pod.As<Pod>().Metadata.Annotations?.ContainsKey("kubernetes.io/config.mirror") == true);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void Every_seeded_pod_has_a_node_and_no_node_is_overcommitted(int count)
    {
        using LiveCluster cluster = new(nodes: count);

        // Controllers, which run already, create the pods that a small cluster has no room for.
        DateTimeOffset start = cluster.Clock.GetUtcNow();
        Pod[] pods = [.. cluster.Pods.Select(pod => pod.As<Pod>()).Where(pod => pod.Metadata.CreationTimestamp < start)];
        Node[] nodes = [.. cluster.Store.List(BuiltInKinds.Nodes).Objects.Walk().Select(node => node.As<Node>())];
        Assert.NotEmpty(pods);
        Assert.Equal(count, nodes.Length);
        Assert.All(
            pods,
            pod => Assert.False(string.IsNullOrEmpty(pod.Spec.NodeName) || string.IsNullOrEmpty(pod.Status.PodIP), pod.Metadata.Name)
        );
        ClusterSnapshot snapshot = ClusterSnapshot.Of(nodes, pods);
        Assert.All(
            snapshot.Nodes,
            node =>
                Assert.All(
                    (string[])["cpu", "memory", "pods"],
                    resource => Assert.True(node.Free(resource) >= 0, $"{node.Name} {resource}")
                )
        );
        Assert.Equal(
            pods.Length,
            pods.Select(pod => pod.Spec.HostNetwork == true ? pod.Metadata.Uid : pod.Status.PodIP).Distinct().Count()
        );
    }

    [Theory]
    [InlineData(12)]
    [InlineData(100)]
    public async Task Every_pod_gets_a_node_if_the_cluster_is_large_enough(int count)
    {
        using LiveCluster cluster = new(nodes: count);

        // A pod that a controller creates is scheduled, and starts, a moment later.
        await cluster.UntilAsync(
            () => cluster.Pods.All(static pod => pod.Field("spec.nodeName").Length > 0 && pod.Field("status.podIP").Length > 0),
            "a node for every pod"
        );
    }

    [Fact]
    public void The_seed_decides_the_cluster()
    {
        using LiveCluster first = new(nodes: 12),
            second = new(nodes: 12),
            third = new(nodes: 12, seed: 2);
        Assert.Equal(Shape(first), Shape(second));
        Assert.NotEqual(Shape(first), Shape(third));

        static string[] Shape(LiveCluster cluster) =>
            [.. cluster.Pods.Select(pod => $"{pod.Namespace}/{pod.Name} {pod.Uid} {pod.Field("spec.nodeName")}")];
    }

    [Fact]
    public void A_thousand_nodes_with_ten_pods_each_start_quickly()
    {
        long start = Stopwatch.GetTimestamp();
        using LiveCluster cluster = new(nodes: 1000);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        Assert.True(took < TimeSpan.FromSeconds(20), $"{took}");
        Assert.InRange(cluster.Pods.Count(), 9_000, 11_000);
    }

    [Fact]
    public async Task Metrics_are_plausible_repeatable_and_missing_for_silent_nodes()
    {
        using LiveCluster cluster = new(nodes: 12);
        HttpClient http = new(cluster.Cluster.CreateTransport()) { BaseAddress = cluster.Cluster.Server };
        JsonObject answer = JsonNode
            .Parse(await http.GetStringAsync(new Uri("/apis/metrics.k8s.io/v1beta1/nodes", UriKind.Relative)))!
            .AsObject();
        Assert.Equal(11, answer["items"]!.AsArray().Count);
        Assert.Equal(
            answer.ToJsonString(),
            JsonNode.Parse(await http.GetStringAsync(new Uri("/apis/metrics.k8s.io/v1beta1/nodes", UriKind.Relative)))!.ToJsonString()
        );
        foreach (JsonNode? item in answer["items"]!.AsArray())
        {
            Node node = cluster.Node((string)item!["metadata"]!["name"]!);
            decimal cpu = Kubernetes.Quantities.Quantity.Parse((string)item["usage"]!["cpu"]!).Value;
            Assert.InRange(cpu, 0.01m, node.Status.Capacity!["cpu"].Value);
        }
        answer = JsonNode
            .Parse(await http.GetStringAsync(new Uri("/apis/metrics.k8s.io/v1beta1/namespaces/payments/pods", UriKind.Relative)))!
            .AsObject();
        Assert.Equal(5, answer["items"]!.AsArray().Count);
    }

    private static string? Ready(StoredObject node) =>
        node.As<Node>().Status.Conditions?.Find(condition => condition.Type == "Ready")?.Status;
}

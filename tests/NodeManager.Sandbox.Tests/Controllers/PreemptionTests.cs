using NodeManager.Sandbox.Model.Kinds;

namespace NodeManager.Sandbox.Tests.Controllers;

public sealed class PreemptionTests
{
    [Fact]
    public async Task A_pod_of_higher_priority_preempts_one_of_lower_priority()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Create(BuiltInKinds.Pods, Big(cluster, "low", 0));
        await cluster.UntilAsync(() => cluster.PodNamed("low")!.Status.Phase == "Running");

        cluster.Create(BuiltInKinds.Pods, Big(cluster, "high", 10));
        await cluster.UntilAsync(() => cluster.PodNamed("high")!.Status.NominatedNodeName == "a");
        await cluster.UntilAsync(() =>
            cluster.EventsOf("low").Contains($"Preempted: Preempted by pod {cluster.PodNamed("high")!.Metadata.Uid} on node a")
        );
        await cluster.UntilAsync(() => cluster.PodNamed("high")!.Status.Phase == "Running");

        // The room is free as soon as the pod has ended, a moment before it is deleted.
        Assert.True(cluster.PodNamed("low") is null or { Status.Phase: "Succeeded" });
        Assert.Contains("FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu.", cluster.EventsOf("high"));
    }

    [Fact]
    public async Task A_pod_of_lower_priority_cannot_use_preempted_room()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Create(BuiltInKinds.Pods, Big(cluster, "low", 0));
        await cluster.UntilAsync(() => cluster.PodNamed("low")!.Status.Phase == "Running");
        cluster.Create(BuiltInKinds.Pods, Big(cluster, "high", 10));
        cluster.Create(BuiltInKinds.Pods, Big(cluster, "middle", 5));

        await cluster.UntilAsync(() => cluster.PodNamed("high")!.Status.Phase == "Running");

        Assert.Null(cluster.PodNamed("middle")!.Spec.NodeName);
    }

    [Fact]
    public async Task A_WaitForFirstConsumer_volume_is_created_in_the_zone_of_the_node()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a");
        cluster.Merge(BuiltInKinds.Nodes, "a", document => document["metadata"]!["labels"]!["topology.kubernetes.io/zone"] = "z1");
        cluster.Create(
            BuiltInKinds.StorageClasses,
            """{"metadata":{"name":"late"},"provisioner":"x.example.com","volumeBindingMode":"WaitForFirstConsumer"}""",
            ""
        );
        cluster.Create(
            BuiltInKinds.PersistentVolumeClaims,
            """{"metadata":{"name":"data"},"spec":{"storageClassName":"late","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}"""
        );
        cluster.Create(
            BuiltInKinds.Pods,
            """{"metadata":{"name":"lost"},"spec":{"containers":[{"name":"c","image":"i:1"}],"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"nope"}}]}}"""
        );
        await cluster.UntilAsync(() =>
            cluster.EventsOf("lost").Any(said => said.Contains("persistentvolumeclaim \"nope\" not found", StringComparison.Ordinal))
        );
        Assert.Equal("Pending", (string?)cluster.Status(BuiltInKinds.PersistentVolumeClaims, "data")["phase"]);

        cluster.Create(
            BuiltInKinds.Pods,
            """{"metadata":{"name":"first"},"spec":{"containers":[{"name":"c","image":"i:1"}],"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"data"}}]}}"""
        );
        await cluster.UntilAsync(() => cluster.PodNamed("first")!.Status.Phase == "Running");

        Assert.Equal("Bound", (string?)cluster.Status(BuiltInKinds.PersistentVolumeClaims, "data")["phase"]);
        string volume = cluster
            .Get(BuiltInKinds.PersistentVolumeClaims, "data")!
            .As<NodeManager.Kubernetes.Models.PersistentVolumeClaim>()
            .Spec.VolumeName!;
        Assert.Contains(
            "z1",
            cluster.Get(BuiltInKinds.PersistentVolumes, volume)!.ToJson()["spec"]!["nodeAffinity"]!.ToJsonString(),
            StringComparison.Ordinal
        );
    }

    private static string Big(LiveCluster cluster, string name, int priority) =>
        $$"""{"metadata":{"name":"{{name}}"},"spec":{"priorityClassName":"{{cluster.PriorityClass(priority)}}","terminationGracePeriodSeconds":5,"containers":[{"name":"c","image":"i:1","resources":{"requests":{"cpu":"6"} } }]} }""";
}

using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Controllers.Deployments;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Tests.Controllers;

public sealed class WorkloadTests
{
    [Theory]
    [InlineData(10, "25%", "25%", 3, 2)]
    [InlineData(3, "25%", "25%", 1, 0)]
    [InlineData(1, "0", "0", 0, 1)]
    [InlineData(4, "100%", "50%", 4, 2)]
    [InlineData(2, "1", "5", 1, 2)]
    public void Surge_rounds_up_and_unavailable_down(int replicas, string surge, string unavailable, int maxSurge, int maxUnavailable)
    {
        var rolling = RollingUpdate.Of(
            replicas,
            new()
            {
                RollingUpdate = new() { MaxSurge = new(surge), MaxUnavailable = new(unavailable) },
            }
        );
        Assert.Equal((maxSurge, maxUnavailable), (rolling.MaxSurge, rolling.MaxUnavailable));
    }

    [Theory]
    [InlineData(10, 3, 2, 0, 10, 3)]
    [InlineData(10, 3, 2, 3, 13, 3)]
    [InlineData(10, 3, 2, 3, 11, 5)]
    [InlineData(10, 3, 2, 12, 12, 10)]
    public void The_new_ReplicaSet_grows_within_maxSurge(int replicas, int surge, int unavailable, int size, int total, int expected) =>
        Assert.Equal(expected, new RollingUpdate(replicas, surge, unavailable).NewSize(size, total));

    [Theory]
    [InlineData(10, 3, 2, 10, 10, 3, 0, 8)]
    [InlineData(10, 3, 2, 8, 8, 5, 3, 5)]
    [InlineData(10, 3, 2, 8, 5, 5, 0, 8)]
    [InlineData(10, 3, 2, 8, 5, 5, 5, 3)]
    [InlineData(2, 1, 0, 2, 2, 1, 0, 2)]
    [InlineData(2, 1, 0, 2, 2, 1, 1, 1)]
    public void Old_ReplicaSets_shrink_within_maxUnavailable(
        int replicas,
        int surge,
        int unavailable,
        int old,
        int oldAvailable,
        int size,
        int available,
        int expected
    ) => Assert.Equal([expected], new RollingUpdate(replicas, surge, unavailable).OldSizes([(old, oldAvailable)], size, available));

    [Fact]
    public async Task Controllers_that_begin_later_miss_no_change()
    {
        TaskCompletionSource begin = new();
        using var cluster = LiveCluster.WithControllersAfter(begin.Task);
        cluster.Workload(BuiltInKinds.Deployments, "web", 2);
        await cluster.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(0, cluster.Store.List(BuiltInKinds.ReplicaSets).Objects.Count);

        begin.SetResult();
        await cluster.UntilAsync(() => cluster.Pods.Count() == 2);
    }

    [Fact]
    public async Task Nodes_send_heartbeats_before_the_controllers_begin()
    {
        using var cluster = LiveCluster.WithControllersAfter(new TaskCompletionSource().Task);
        cluster.Nodes("a");
        await cluster.UntilAsync(() => Renewal() is not null);
        string first = Renewal()!;

        await cluster.UntilAsync(() => Renewal() != first);

        string? Renewal() => cluster.Store.Get(BuiltInKinds.Leases, "kube-node-lease", "a")?.ToJson().Object("spec").Text("renewTime");
    }

    [Fact]
    public async Task A_Deployment_creates_ready_pods_and_scales()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a", "b");
        cluster.Workload(BuiltInKinds.Deployments, "web", 4);
        await cluster.UntilAsync(() => cluster.Status(BuiltInKinds.Deployments, "web").Number("availableReplicas") == 4);
        Assert.Equal(2, cluster.Pods.Count(pod => pod.Field("spec.nodeName") == "a"));
        JsonObject status = cluster.Status(BuiltInKinds.Deployments, "web");
        Assert.Equal(
            (4L, 4L, 4L, 1L),
            (
                status.Number("replicas"),
                status.Number("updatedReplicas"),
                status.Number("readyReplicas"),
                status.Number("observedGeneration")
            )
        );
        Assert.Equal("True", status.Condition("Available").Text("status"));
        Assert.Equal("NewReplicaSetAvailable", status.Condition("Progressing").Text("reason"));
        Assert.All(
            cluster.Pods,
            pod => Assert.Contains(pod.As<Pod>().Status.PodIP!, cluster.Pods.Select(other => other.Field("status.podIP")))
        );
        Assert.Equal(4, cluster.Pods.Select(pod => pod.Field("status.podIP")).Distinct().Count());

        cluster.Merge(BuiltInKinds.Deployments, "web", document => document["spec"]!["replicas"] = 1);
        await cluster.UntilAsync(() => cluster.Pods.Count() == 1);
        await cluster.UntilAsync(() => cluster.Status(BuiltInKinds.Deployments, "web").Number("replicas") == 1);
    }

    [Fact]
    public async Task A_rollout_restart_replaces_every_pod_within_maxUnavailable()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a", "b");
        cluster.Workload(BuiltInKinds.Deployments, "web", 3, ""","strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}""");
        await cluster.UntilAsync(() => cluster.Ready("web") == 3);
        HashSet<string> before = [.. cluster.Pods.Select(pod => pod.Uid)];
        cluster.Merge(
            BuiltInKinds.Deployments,
            "web",
            document =>
                document["spec"]!["template"]!["metadata"]!.AsObject().Ensure("annotations")["kubectl.kubernetes.io/restartedAt"] = "now"
        );
        int least = 3,
            most = 3;
        await cluster.UntilAsync(() =>
        {
            least = Math.Min(least, cluster.Ready("web"));
            // Of pods there may be one more for a moment: those that are to be there count, and the one set makes one before the other ends its own.
            most = Math.Max(
                most,
                cluster.Store.List(BuiltInKinds.ReplicaSets).Objects.Walk().Sum(set => set.As<ReplicaSet>().Spec.Replicas ?? 0)
            );
            return cluster.Pods.Count() == 3 && !cluster.Pods.Any(pod => before.Contains(pod.Uid)) && cluster.Ready("web") == 3;
        });
        Assert.Equal((3, 4), (least, most));
        await cluster.UntilAsync(() =>
            cluster.Status(BuiltInKinds.Deployments, "web").Condition("Progressing").Text("reason") == "NewReplicaSetAvailable"
        );
        Assert.Equal(2, cluster.Store.List(BuiltInKinds.ReplicaSets).Objects.Count);
        Assert.Equal(
            "2",
            cluster.Get(BuiltInKinds.Deployments, "web")!.As<Deployment>().Metadata.Annotations!["deployment.kubernetes.io/revision"]
        );
    }

    [Fact]
    public async Task Reordering_the_template_starts_no_rollout()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Workload(BuiltInKinds.Deployments, "web", 1);
        await cluster.UntilAsync(() => cluster.Ready("web") == 1);
        cluster.Merge(
            BuiltInKinds.Deployments,
            "web",
            document =>
            {
                JsonObject template = document["spec"]!["template"]!.AsObject();
                document["spec"]!["template"] = new JsonObject(
                    template.Reverse().Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))
                );
                document["spec"]!["replicas"] = 2;
            }
        );
        await cluster.UntilAsync(() => cluster.Ready("web") == 2);
        Assert.Equal(1, cluster.Store.List(BuiltInKinds.ReplicaSets).Objects.Count);
    }

    [Fact]
    public async Task Recreate_waits_for_old_pods_to_terminate()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Workload(BuiltInKinds.Deployments, "web", 2, ""","strategy":{"type":"Recreate"}""");
        await cluster.UntilAsync(() => cluster.Ready("web") == 2);
        cluster.Merge(
            BuiltInKinds.Deployments,
            "web",
            document => document["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "i:2"
        );
        int most = 0;
        await cluster.UntilAsync(() =>
        {
            most = Math.Max(most, cluster.Pods.Count(static pod => pod.As<Pod>().Status.Phase != "Succeeded"));
            return cluster.Ready("web") == 2 && cluster.Pods.All(pod => pod.As<Pod>().Spec.Containers[0].Image == "i:2");
        });
        Assert.Equal(2, most);
    }

    [Fact]
    public async Task A_deleted_pod_is_replaced()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Workload(BuiltInKinds.ReplicaSets, "web", 2);
        await cluster.UntilAsync(() => cluster.Ready("web") == 2);
        StoredObject gone = cluster.Pods.First();
        cluster.Delete(BuiltInKinds.Pods, gone.Name);
        await cluster.UntilAsync(() => cluster.Ready("web") == 2 && cluster.Get(BuiltInKinds.Pods, gone.Name) is null);
        Assert.Equal(2, cluster.Pods.Count());
    }

    [Fact]
    public async Task A_volume_is_detached_also_when_its_PersistentVolumeClaim_is_deleted_first()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a");
        cluster.Create(
            BuiltInKinds.PersistentVolumeClaims,
            """
            {"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} } } }
            """
        );
        cluster.Pod("db", ""","volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"data"} }]""");
        await cluster.UntilAsync(
            () =>
                LiveCluster.IsReady(cluster.Get(BuiltInKinds.Pods, "db")!)
                && cluster.Store.List(BuiltInKinds.VolumeAttachments).Objects.Count == 1,
            "attached"
        );

        cluster.Delete(BuiltInKinds.PersistentVolumeClaims, "data");
        cluster.Delete(BuiltInKinds.Pods, "db");

        await cluster.UntilAsync(() => cluster.Store.List(BuiltInKinds.VolumeAttachments).Objects.Count == 0, "detached");
    }

    [Fact]
    public async Task Every_node_runs_DaemonSet_pods_even_a_cordoned_one()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a", "b");
        cluster.Merge(BuiltInKinds.Nodes, "b", document => document["spec"]!["unschedulable"] = true);
        cluster.Create(
            BuiltInKinds.DaemonSets,
            """
            {"metadata":{"name":"agent"},"spec":{"selector":{"matchLabels":{"app":"agent"}},"template":{"metadata":{"labels":{"app":"agent"}},"spec":{"containers":[{"name":"c","image":"i:1"}]}}}}
            """
        );
        await cluster.UntilAsync(() => cluster.Ready("agent") == 2);
        cluster.Nodes("c");
        await cluster.UntilAsync(() => cluster.Ready("agent") == 3);
        await cluster.UntilAsync(() => cluster.Status(BuiltInKinds.DaemonSets, "agent").Number("numberAvailable") == 3);
        StoredObject onB = cluster.Pods.Single(pod => pod.Field("spec.nodeName") == "b");
        cluster.Delete(BuiltInKinds.Pods, onB.Name);
        await cluster.UntilAsync(() =>
            cluster.Pods.Any(pod => pod.Field("spec.nodeName") == "b" && pod.Uid != onB.Uid && LiveCluster.IsReady(pod))
        );

        cluster.Merge(
            BuiltInKinds.DaemonSets,
            "agent",
            document => document["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "i:2"
        );
        await cluster.UntilAsync(() =>
            cluster.Ready("agent") == 3 && cluster.Pods.All(pod => pod.As<Pod>().Spec.Containers[0].Image == "i:2")
        );
    }

    [Fact]
    public async Task A_StatefulSet_starts_in_order_keeps_its_volumes_and_scales_down_from_the_last_pod()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a", "b");
        cluster.Workload(
            BuiltInKinds.StatefulSets,
            "db",
            2,
            ""","serviceName":"db","volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]"""
        );
        await cluster.UntilAsync(() => cluster.PodNamed("db-0") is not null);
        await cluster.UntilAsync(() => cluster.PodNamed("db-1") is not null);
        Assert.True(cluster.PodNamed("db-0")!.IsReady());
        await cluster.UntilAsync(() => cluster.Ready("db") == 2 && cluster.Store.List(BuiltInKinds.VolumeAttachments).Objects.Count == 2);
        string? volume = cluster.Get(BuiltInKinds.PersistentVolumeClaims, "data-db-1")!.As<PersistentVolumeClaim>().Spec.VolumeName;

        cluster.Merge(BuiltInKinds.StatefulSets, "db", document => document["spec"]!["replicas"] = 1);
        await cluster.UntilAsync(() => cluster.Pods.Count() == 1 && cluster.Store.List(BuiltInKinds.VolumeAttachments).Objects.Count == 1);
        Assert.NotNull(cluster.PodNamed("db-0"));
        cluster.Merge(BuiltInKinds.StatefulSets, "db", document => document["spec"]!["replicas"] = 2);
        await cluster.UntilAsync(() => cluster.Ready("db") == 2);
        Assert.Equal(volume, cluster.Get(BuiltInKinds.PersistentVolumeClaims, "data-db-1")!.As<PersistentVolumeClaim>().Spec.VolumeName);

        string before = cluster.PodNamed("db-0")!.Metadata.Uid!;
        cluster.Merge(
            BuiltInKinds.StatefulSets,
            "db",
            document => document["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "i:2"
        );
        await cluster.UntilAsync(() =>
            cluster.Ready("db") == 2 && cluster.Pods.All(pod => pod.As<Pod>().Spec.Containers[0].Image == "i:2")
        );
        Assert.NotEqual(before, cluster.PodNamed("db-0")!.Metadata.Uid);
    }

    [Fact]
    public async Task A_Job_runs_to_completion()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Create(
            BuiltInKinds.Jobs,
            """
            {"metadata":{"name":"report"},"spec":{"completions":3,"parallelism":2,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i:1"}]}}}}
            """
        );
        await cluster.UntilAsync(() => cluster.Status(BuiltInKinds.Jobs, "report").Condition("Complete").Text("status") == "True");
        Assert.Equal(
            (3, 3L),
            (
                cluster.Pods.Count(pod => pod.Field("status.phase") == "Succeeded"),
                cluster.Status(BuiltInKinds.Jobs, "report").Number("succeeded")
            )
        );
    }
}

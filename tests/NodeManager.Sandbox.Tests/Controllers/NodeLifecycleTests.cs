using System.Text.Json.Nodes;
using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Tests.Controllers;

public sealed class NodeLifecycleTests
{
    [Fact]
    public async Task A_node_reports_the_images_of_its_pods()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a");
        cluster.Pod("one");
        cluster.Pod("two");
        await cluster.UntilAsync(
            () => cluster.Status(BuiltInKinds.Nodes, "a").Array("images") is { Count: > 0 },
            "images",
            TimeSpan.FromSeconds(2)
        );
        JsonObject image = Assert.IsType<JsonObject>(Assert.Single(cluster.Status(BuiltInKinds.Nodes, "a").Array("images")!));
        Assert.Equal("i:1", (string?)Assert.Single(image.Array("names")!));
        Assert.InRange(image.Number("sizeBytes")!.Value, 1, 23_000_000);
    }

    [Fact]
    public async Task A_manually_created_node_becomes_ready_with_a_Lease()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        await cluster.UntilAsync(() => Ready(cluster, "a") == "True");
        await cluster.UntilAsync(() => cluster.Get(BuiltInKinds.Leases, "a", "kube-node-lease") is not null);
        Assert.NotNull(cluster.Node("a").Status.NodeInfo);
        await cluster.UntilAsync(() => cluster.Node("a").Spec.Taints is null);
        DateTimeOffset? first = cluster.Get(BuiltInKinds.Leases, "a", "kube-node-lease")!.As<Lease>().Spec.RenewTime;
        await cluster.UntilAsync(() => cluster.Get(BuiltInKinds.Leases, "a", "kube-node-lease")!.As<Lease>().Spec.RenewTime > first);
    }

    [Fact]
    public async Task The_taint_of_a_cordon_is_restored_when_removed_and_ends_with_the_cordon()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Merge(BuiltInKinds.Nodes, "a", document => document["spec"]!["unschedulable"] = true);
        await cluster.UntilAsync(() => Taints(cluster) == "node.kubernetes.io/unschedulable:NoSchedule");
        cluster.Merge(BuiltInKinds.Nodes, "a", document => document["spec"]!.AsObject().Remove("taints"));
        await cluster.UntilAsync(() => Taints(cluster) == "node.kubernetes.io/unschedulable:NoSchedule");
        cluster.Merge(BuiltInKinds.Nodes, "a", document => document["spec"]!.AsObject().Remove("unschedulable"));
        await cluster.UntilAsync(() => Taints(cluster).Length == 0);
    }

    [Fact]
    public async Task A_silent_node_becomes_unreachable_loses_its_pods_and_recovers()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a", "b");
        cluster.Workload(BuiltInKinds.Deployments, "web", 2);
        await cluster.UntilAsync(() => cluster.Ready("web") == 2);
        StoredObject lost = cluster.Pods.Single(pod => pod.Field("spec.nodeName") == "a");
        cluster.Annotate(BuiltInKinds.Nodes, "a", "fake-kubelet/heartbeat", "stop");
        DateTimeOffset since = cluster.Clock.GetUtcNow();
        await cluster.UntilAsync(() => Ready(cluster, "a") == "Unknown", step: TimeSpan.FromMilliseconds(250));
        Assert.True(cluster.Clock.GetUtcNow() - since > TimeSpan.FromSeconds(38));
        await cluster.UntilAsync(() =>
            Taints(cluster) == "node.kubernetes.io/unreachable:NoExecute node.kubernetes.io/unreachable:NoSchedule"
        );
        Assert.False(LiveCluster.IsReady(cluster.Get(BuiltInKinds.Pods, lost.Name)!));
        Assert.Equal("True", Ready(cluster, "b"));

        DateTimeOffset tainted = cluster.Clock.GetUtcNow();
        await cluster.UntilAsync(() => cluster.Get(BuiltInKinds.Pods, lost.Name)!.IsDeleting, step: TimeSpan.FromSeconds(1));
        Assert.InRange((cluster.Clock.GetUtcNow() - tainted).TotalSeconds, 290, 330);
        await cluster.UntilAsync(() => cluster.Ready("web") == 2 && cluster.Pods.Count(pod => pod.Field("spec.nodeName") == "b") == 2);
        Assert.NotNull(cluster.Get(BuiltInKinds.Pods, lost.Name));

        cluster.Annotate(BuiltInKinds.Nodes, "a", "fake-kubelet/heartbeat", "");
        await cluster.UntilAsync(() => cluster.Get(BuiltInKinds.Pods, lost.Name) is null && Ready(cluster, "a") == "True");
        await cluster.UntilAsync(() => Taints(cluster).Length == 0);
    }

    [Fact]
    public async Task Pressure_and_NotReady_conditions_add_taints()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a", "b");
        cluster.Annotate(BuiltInKinds.Nodes, "a", "sandbox.nodemanager/conditions", "MemoryPressure,DiskPressure");
        await cluster.UntilAsync(() =>
            Taints(cluster) == "node.kubernetes.io/disk-pressure:NoSchedule node.kubernetes.io/memory-pressure:NoSchedule"
        );
        cluster.Annotate(BuiltInKinds.Nodes, "a", "sandbox.nodemanager/conditions", "");
        cluster.Annotate(BuiltInKinds.Nodes, "a", "sandbox.nodemanager/ready", "false");
        await cluster.UntilAsync(() => Taints(cluster) == "node.kubernetes.io/not-ready:NoExecute node.kubernetes.io/not-ready:NoSchedule");
    }

    [Fact]
    public async Task A_NoExecute_taint_evicts_pods_immediately_or_after_tolerationSeconds()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Pod("plain");
        cluster.Pod("patient", ""","tolerations":[{"key":"gone","operator":"Exists","effect":"NoExecute","tolerationSeconds":20}]""");
        cluster.Pod("stays", ""","tolerations":[{"key":"gone","operator":"Exists"}]""");
        await cluster.UntilAsync(() => cluster.Pods.Count(LiveCluster.IsReady) == 3);
        DateTimeOffset since = cluster.Clock.GetUtcNow();
        cluster.Merge(
            BuiltInKinds.Nodes,
            "a",
            document =>
                document["spec"]!["taints"] = new System.Text.Json.Nodes.JsonArray(
                    new System.Text.Json.Nodes.JsonObject { ["key"] = "gone", ["effect"] = "NoExecute" }
                )
        );
        await cluster.UntilAsync(() => cluster.PodNamed("plain") is null);
        Assert.NotNull(cluster.PodNamed("patient"));
        await cluster.UntilAsync(() => cluster.PodNamed("patient") is null);
        Assert.True(cluster.Clock.GetUtcNow() - since >= TimeSpan.FromSeconds(20));
        Assert.NotNull(cluster.PodNamed("stays"));
    }

    [Fact]
    public async Task Pods_of_a_deleted_node_are_deleted_without_their_grace_period()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Pod("slow", ""","terminationGracePeriodSeconds":600""");
        await cluster.UntilAsync(() => cluster.Pods.Count(LiveCluster.IsReady) == 1);
        cluster.Delete(BuiltInKinds.Nodes, "a");
        DateTimeOffset since = cluster.Clock.GetUtcNow();
        await cluster.UntilAsync(() => cluster.PodNamed("slow") is null);
        Assert.InRange((cluster.Clock.GetUtcNow() - since).TotalSeconds, 39, 90);
        await cluster.UntilAsync(() => cluster.Get(BuiltInKinds.Leases, "a", "kube-node-lease") is null);
    }

    private static string Ready(LiveCluster cluster, string node) =>
        cluster.Node(node).Status.Conditions?.Find(condition => condition.Type == "Ready")?.Status ?? "";

    private static string Taints(LiveCluster cluster) =>
        string.Join(
            ' ',
            (cluster.Node("a").Spec.Taints ?? []).Select(taint => $"{taint.Key}:{taint.Effect}").Order(StringComparer.Ordinal)
        );
}

using NodeManager.Sandbox.Model.Kinds;

namespace NodeManager.Sandbox.Tests.Controllers;

public sealed class SchedulerTests
{
    [Fact]
    public async Task An_unschedulable_pod_reports_the_reason_and_is_scheduled_later()
    {
        using LiveCluster cluster = new(version: "1.20");
        cluster.Nodes("a", "b");
        await cluster.UntilAsync(() => cluster.Node("a").Status.Allocatable is not null && cluster.Node("b").Status.Allocatable is not null);
        cluster.Merge(BuiltInKinds.Nodes, "a", document => document["spec"]!["unschedulable"] = true);
        await cluster.UntilAsync(() => cluster.Node("a").Spec.Taints?.Count == 1);
        cluster.Create(BuiltInKinds.Pods, """{"metadata":{"name":"big"},"spec":{"containers":[{"name":"c","image":"i:1","resources":{"requests":{"cpu":"100"}}}]}}""");
        cluster.Pod("picky", ""","nodeSelector":{"disk":"ssd"}""");
        await cluster.UntilAsync(() => cluster.EventsOf("big").Any() && cluster.EventsOf("picky").Any());
        Assert.Contains("FailedScheduling: 0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable.", cluster.EventsOf("big"));
        await cluster.UntilAsync(() => cluster.PodNamed("picky")!.Status.Conditions?.Exists(condition => condition is { Type: "PodScheduled", Status: "False", Reason: "Unschedulable" }) == true);

        cluster.Merge(BuiltInKinds.Nodes, "a", document =>
        {
            document["spec"]!["unschedulable"] = false;
            document["metadata"]!["labels"]!["disk"] = "ssd";
        });
        await cluster.UntilAsync(() => cluster.PodNamed("picky")!.Status.Phase == "Running");
        Assert.Equal("a", cluster.PodNamed("picky")!.Spec.NodeName);
        Assert.Null(cluster.PodNamed("big")!.Spec.NodeName);
    }

    [Fact]
    public async Task Freed_room_goes_to_the_pending_pod_of_highest_priority()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Create(BuiltInKinds.Pods, Big(cluster, "first", 0));
        await cluster.UntilAsync(() => cluster.PodNamed("first")!.Status.Phase == "Running");
        cluster.Create(BuiltInKinds.Pods, Big(cluster, "low", 0));
        cluster.Create(BuiltInKinds.Pods, Big(cluster, "high", 10));
        await cluster.UntilAsync(() => cluster.EventsOf("low").Any() && cluster.EventsOf("high").Any());
        cluster.Delete(BuiltInKinds.Pods, "first");
        await cluster.UntilAsync(() => cluster.PodNamed("high")!.Status.Phase == "Running");
        Assert.Null(cluster.PodNamed("low")!.Spec.NodeName);
    }

    [Fact]
    public async Task Pods_of_other_schedulers_are_not_changed()
    {
        using LiveCluster cluster = new();
        cluster.Nodes("a");
        cluster.Pod("own", ""","schedulerName":"own" """);
        cluster.Pod("gated", ""","schedulingGates":[{"name":"wait"}]""");
        cluster.Pod("plain");
        await cluster.UntilAsync(() => cluster.PodNamed("plain")!.Status.Phase == "Running");
        Assert.Null(cluster.PodNamed("own")!.Spec.NodeName);
        Assert.Null(cluster.PodNamed("gated")!.Spec.NodeName);
        cluster.Merge(BuiltInKinds.Pods, "gated", document => document["spec"]!.AsObject().Remove("schedulingGates"));
        await cluster.UntilAsync(() => cluster.PodNamed("gated")!.Status.Phase == "Running");
    }

    private static string Big(LiveCluster cluster, string name, int priority) =>
        $$"""{"metadata":{"name":"{{name}}"},"spec":{"priorityClassName":"{{cluster.PriorityClass(priority)}}","containers":[{"name":"c","image":"i:1","resources":{"requests":{"cpu":"6"} } }]} }""";
}

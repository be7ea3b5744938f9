using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Api.Registry;
using NodeManager.Sandbox.Controllers.Runtime;
using NodeManager.Sandbox.Controllers.Scheduling;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Model.Store;

namespace NodeManager.Sandbox.Tests.Controllers;

public sealed class SchedulerTests
{
    [Fact]
    public async Task An_unschedulable_pod_reports_the_reason_and_is_scheduled_later()
    {
        using LiveCluster cluster = new(version: "1.20");
        cluster.Nodes("a", "b");
        await cluster.UntilAsync(() =>
            cluster.Node("a").Status.Allocatable is not null && cluster.Node("b").Status.Allocatable is not null
        );
        cluster.Merge(BuiltInKinds.Nodes, "a", document => document["spec"]!["unschedulable"] = true);
        await cluster.UntilAsync(() => cluster.Node("a").Spec.Taints?.Count == 1);
        cluster.Create(
            BuiltInKinds.Pods,
            """{"metadata":{"name":"big"},"spec":{"containers":[{"name":"c","image":"i:1","resources":{"requests":{"cpu":"100"}}}]}}"""
        );
        cluster.Pod("picky", ""","nodeSelector":{"disk":"ssd"}""");
        await cluster.UntilAsync(() => cluster.EventsOf("big").Any() && cluster.EventsOf("picky").Any());
        Assert.Contains(
            "FailedScheduling: 0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable.",
            cluster.EventsOf("big")
        );
        await cluster.UntilAsync(() =>
            cluster
                .PodNamed("picky")!
                .Status.Conditions?.Exists(condition => condition is { Type: "PodScheduled", Status: "False", Reason: "Unschedulable" })
            == true
        );

        cluster.Merge(
            BuiltInKinds.Nodes,
            "a",
            document =>
            {
                document["spec"]!["unschedulable"] = false;
                document["metadata"]!["labels"]!["disk"] = "ssd";
            }
        );
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

    [Fact]
    public async Task A_cordon_counts_before_the_scheduler_hears_of_it()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromMinutes(5));
        using SandboxCluster cluster = SandboxCluster.StartStill(new() { Nodes = 0 }, DocumentStore.DefaultLogCapacity);
        using TimerQueue timers = new(cluster.Time);
        ResourceRegistry registry = cluster.Registry;
        using FaultRegistry none = new(cluster.Time);
        ConcurrentQueue<Exception> faults = new();
        Scheduler scheduler = new(new(registry, timers, new(registry), 1, cluster.Catalog, none, cluster.Runs));
        registry.Create(BuiltInKinds.Nodes, "", JsonNode.Parse("""{"metadata":{"name":"a"}}""")!.AsObject());
        Alter(document => document.Ensure("spec").Remove("taints"));
        StoredObject open = registry.UpdateStatus(
            BuiltInKinds.Nodes,
            "",
            "a",
            document =>
            {
                document.Ensure("status")["allocatable"] = JsonNode.Parse("""{"cpu":"4","memory":"8Gi","pods":"10"}""");
                return document;
            }
        );
        StoredObject cordoned = Alter(document => document.Ensure("spec")["unschedulable"] = true);
        StoredObject pod = registry.Create(
            BuiltInKinds.Pods,
            "default",
            JsonNode.Parse("""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i:1"}]}}""")!.AsObject()
        );

        // The pod is there, the cordon is still on its way.
        scheduler.Observe(new(ChangeType.Added, open, null, open.Version));
        scheduler.Observe(new(ChangeType.Added, pod, null, pod.Version));
        Task running = scheduler.RunAsync(faults.Enqueue, stop.Token);
        StoredObject refused = await NextAsync(pod);
        Assert.Equal("", refused.Field("spec.nodeName"));
        StoredObject uncordoned = Alter(document => document.Ensure("spec").Remove("unschedulable"));
        scheduler.Observe(new(ChangeType.Modified, uncordoned, cordoned, uncordoned.Version));
        StoredObject bound = await NextAsync(refused);
        await stop.CancelAsync();
        await running;

        Assert.Equal("a", bound.Field("spec.nodeName"));
        Assert.Empty(faults);

        StoredObject Alter(Action<JsonObject> change) =>
            registry.Update(
                BuiltInKinds.Nodes,
                "",
                "a",
                document =>
                {
                    change(document);
                    return document;
                }
            );

        async Task<StoredObject> NextAsync(StoredObject after)
        {
            await foreach (Change change in registry.Store.WatchAsync(BuiltInKinds.Pods, after.Version, stop.Token))
                return change.Object;
            throw new InvalidOperationException("The watch ended.");
        }
    }

    private static string Big(LiveCluster cluster, string name, int priority) =>
        $$"""{"metadata":{"name":"{{name}}"},"spec":{"priorityClassName":"{{cluster.PriorityClass(priority)}}","containers":[{"name":"c","image":"i:1","resources":{"requests":{"cpu":"6"} } }]} }""";
}

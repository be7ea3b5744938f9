using System.Text.Json.Nodes;
using NodeManager.Sandbox.Model.Documents;
using NodeManager.Sandbox.Model.Kinds;
using NodeManager.Sandbox.Tests.Controllers;

namespace NodeManager.Sandbox.Tests.Kubelet;

/// <summary>What a machine that was off leaves behind.</summary>
public sealed class RebootTests
{
    [Fact]
    public async Task Containers_of_a_rebooted_node_are_restarted_once_with_the_reason()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a", "b");
        cluster.Pod("here", ""","nodeName":"a" """);
        cluster.Pod("there", ""","nodeName":"b" """);
        cluster.Pod("once", ""","nodeName":"a","restartPolicy":"Never" """);
        await cluster.UntilAsync(() => cluster.Pods.All(LiveCluster.IsReady), "all ready");
        string before = (string)Container("here")["containerID"]!;

        cluster.Annotate(BuiltInKinds.Nodes, "a", "sandbox.nodemanager/boot-id", "another-boot");
        await cluster.UntilAsync(
            () => Container("here").Number("restartCount") == 1 && cluster.Status(BuiltInKinds.Pods, "once").Text("phase") == "Failed",
            "restarted"
        );

        JsonObject ended = Container("here").Object("lastState").Object("terminated")!;
        Assert.Equal((255L, "Unknown", before), (ended.Number("exitCode"), ended.Text("reason"), ended.Text("containerID")));
        Assert.NotEqual(before, Container("here").Text("containerID"));
        Assert.NotNull(Container("here").Object("state").Object("running"));
        await cluster.UntilAsync(() => LiveCluster.IsReady(cluster.Get(BuiltInKinds.Pods, "here")!), "ready again");
        Assert.Contains("SandboxChanged: Pod sandbox changed, it will be killed and re-created.", cluster.EventsOf("here"));
        Assert.Equal(
            (0L, 255L),
            (Container("there").Number("restartCount"), Container("once").Object("state").Object("terminated").Number("exitCode"))
        );

        // What is reported afterwards keeps the count.
        cluster.Annotate(BuiltInKinds.Pods, "here", "sandbox.nodemanager/not-ready", "true");
        await cluster.UntilAsync(() => !LiveCluster.IsReady(cluster.Get(BuiltInKinds.Pods, "here")!), "not ready");
        Assert.Equal(
            (1L, "Unknown"),
            (Container("here").Number("restartCount"), Container("here").Object("lastState").Object("terminated").Text("reason"))
        );

        JsonObject Container(string pod) => cluster.Status(BuiltInKinds.Pods, pod).Array("containerStatuses")![0]!.AsObject();
    }

    [Fact]
    public async Task A_machine_that_was_down_returns_with_restarted_containers()
    {
        using LiveCluster cluster = new();
        await cluster.OpenNodesAsync("a");
        cluster.Pod("here", ""","nodeName":"a" """);
        await cluster.UntilAsync(() => cluster.Pods.All(LiveCluster.IsReady), "ready");
        cluster.Cluster.SetFault(
            new()
            {
                Kind = SandboxFaultKind.NodeDown,
                Name = "off",
                Nodes = ["a"],
            }
        );
        await cluster.UntilAsync(
            () => cluster.Node("a").Status.Conditions!.Find(static one => one.Type == "Ready")!.Status == "Unknown",
            "unknown",
            TimeSpan.FromSeconds(1)
        );

        cluster.Cluster.ClearFault("off");

        await cluster.UntilAsync(
            () => cluster.Status(BuiltInKinds.Pods, "here").Array("containerStatuses")![0]!.AsObject().Number("restartCount") == 1,
            "restarted"
        );
        await cluster.UntilAsync(() => LiveCluster.IsReady(cluster.Get(BuiltInKinds.Pods, "here")!), "ready again");
    }
}

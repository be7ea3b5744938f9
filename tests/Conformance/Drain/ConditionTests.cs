using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

/// <summary>What a node's lifecycle conditions tell of a drain.</summary>
public sealed class ConditionTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_tells_that_it_goes_on_and_then_that_it_is_done(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.AddBudgetAsync("web", "web", "maxUnavailable", 0, allows: 0);
        var listener = new Listener();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new() { Condition = ConditionUse.Always, Reason = "OPS-1" }, listener);
        await listener.HearsAsync("/web");
        Node during = await cluster.GetAsync(Resources.Nodes, full);
        await cluster.Client.DeleteAsync(Resources.PodDisruptionBudgets(cluster.Capabilities.BudgetVersion), "web", cluster.Namespace, new(), default);
        NodeDrainResult result = await drain;
        Node after = await cluster.GetAsync(Resources.Nodes, full);

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal(("True", "False", "True"), (Status(during, "DrainInProgress"), Status(during, "Drained"), Status(during, "Ready")));
        Assert.Equal(("False", "True", "True"), (Status(after, "DrainInProgress"), Status(after, "Drained"), Status(after, "Ready")));
        Assert.EndsWith(": OPS-1", Find(during, "DrainInProgress")!.Message, StringComparison.Ordinal);
        Assert.Equal("NodeManagerDrained", Find(after, "Drained")!.Reason);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_that_does_not_end_well_leaves_neither(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.AddBudgetAsync("never", "web", "maxUnavailable", 0, allows: 0);
        using var stop = new CancellationTokenSource();
        var listener = new Listener();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new() { Condition = ConditionUse.Always }, listener, stop.Token);
        await listener.HearsAsync("/never");
        await stop.CancelAsync();
        NodeDrainResult result = await drain;
        Node after = await cluster.GetAsync(Resources.Nodes, full);

        Assert.Equal(NodeDrainStatus.Cancelled, result.Status);
        Assert.Equal(("False", "False"), (Status(after, "DrainInProgress"), Status(after, "Drained")));
        Assert.Equal("NodeManagerDrainCancelled", Find(after, "DrainInProgress")!.Reason);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Uncordoning_ends_what_a_drain_said_and_leaves_what_others_say(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        await SayAsync(cluster, node, "DrainInProgress", "SomebodyElse");
        NodeManagerSession session = await cluster.ConnectAsync();
        NodeDrainResult result = Assert.Single(await DrainRun.DrainAsync(session, [node], new() { Condition = ConditionUse.Always }));
        ClusterNode waited = (await NodeWaiter.WaitAsync(session, node, "Drained", Eventually.Limit, default))!;

        await NodeEditor.SetUnschedulableAsync(session, node, false, false, default);
        Node after = await cluster.GetAsync(Resources.Nodes, node);

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal("DrainInProgress, Drained", string.Join(", ", waited.Lifecycle.Order(StringComparer.Ordinal)));
        Assert.Equal(("True", "False"), (Status(after, "DrainInProgress"), Status(after, "Drained")));
        Assert.Equal(("SomebodyElse", "NodeManagerResumed"), (Find(after, "DrainInProgress")!.Reason, Find(after, "Drained")!.Reason));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Who_may_not_write_them_is_warned_and_drains_all_the_same(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync(inner =>
        {
            NodeManager.Testing.FaultInjectionHandler faults = new(inner);
            faults.Inject(NodeManager.Testing.Fault.Answer(System.Net.HttpStatusCode.Forbidden, "Forbidden"), times: 10, when: r => r.RequestUri!.AbsolutePath.EndsWith("/status", StringComparison.Ordinal));
            return faults;
        });

        NodeDrainResult result = Assert.Single(await DrainRun.DrainAsync(session, [node], new() { Condition = ConditionUse.Always }));

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Single(result.Warnings, w => w.StartsWith("The conditions DrainInProgress and Drained cannot be written", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Of_many_nodes_whose_conditions_may_not_be_written_one_is_warned_of(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(3);
        NodeManagerSession session = await cluster.ConnectAsync(inner =>
        {
            NodeManager.Testing.FaultInjectionHandler faults = new(inner);
            faults.Inject(NodeManager.Testing.Fault.Answer(System.Net.HttpStatusCode.Forbidden, "Forbidden"), times: 10, when: r => r.RequestUri!.AbsolutePath.EndsWith("/status", StringComparison.Ordinal));
            return faults;
        });
        var listener = new Listener();

        IReadOnlyList<NodeDrainResult> results = await DrainRun.DrainAsync(session, nodes, new() { Condition = ConditionUse.Always }, listener);

        Assert.All(results, r => Assert.Equal(NodeDrainStatus.Drained, r.Status));
        Assert.All(results, r => Assert.Single(r.Warnings, w => w.StartsWith("The conditions DrainInProgress and Drained cannot be written", StringComparison.Ordinal)));
        Assert.Single(listener.Warnings, w => w.Contains("lifecycle conditions", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task By_default_only_servers_that_know_them_get_them(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();

        await cluster.DrainAsync(node, new());
        Node after = await cluster.GetAsync(Resources.Nodes, node);

        Assert.Equal(cluster.Minor >= 37 ? "True" : null, Status(after, "Drained"));
    }

    private static string? Status(Node node, string type) => Find(node, type)?.Status;

    private static Condition? Find(Node node, string type) => node.Status.Conditions?.Find(c => c.Type == type);

    private static Task SayAsync(TestCluster cluster, string node, string type, string reason) => cluster.Client.PatchAsync(
        Resources.Nodes, node, null,
        Patch.Strategic(new() { ["status"] = new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = type, ["status"] = "True", ["reason"] = reason }) } }),
        "status", RequestOptions.Default, default);
}

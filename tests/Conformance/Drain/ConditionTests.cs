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
    public async Task Conditions_report_a_drain_in_progress_and_its_completion(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.AddBudgetAsync("web", "web", "maxUnavailable", 0, allows: 0);
        var listener = new Listener();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new() { Condition = ConditionUse.Always, Reason = "OPS-1" }, listener);
        await listener.HearsAsync("/web");
        Node during = await cluster.GetAsync(Resources.Nodes, full);
        await cluster.DeleteBudgetAsync("web");
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
    public async Task A_failed_drain_leaves_no_condition(string backend)
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

    // The answer arrives after the cancellation: what it has set is replaced all the same.
    [SkippableTheory]
    [AllBackends]
    public async Task A_drain_cancelled_while_it_writes_its_conditions_leaves_none_in_progress(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        using var stop = new CancellationTokenSource();
        HoldingHandler? answers = null;
        NodeManagerSession session = await cluster.ConnectAsync(inner => answers = new(inner, stop));

        NodeDrainResult result = Assert.Single(
            await DrainRun.DrainAsync(session, [node], new() { Condition = ConditionUse.Always }, cancellationToken: stop.Token)
        );
        Node after = await cluster.GetAsync(Resources.Nodes, node);

        Assert.Equal(NodeDrainStatus.Cancelled, result.Status);
        Assert.True(answers!.HasStruck);
        Assert.Equal("False", Status(after, "DrainInProgress"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Uncordoning_removes_drain_conditions_and_keeps_other_conditions(string backend)
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
    public async Task Without_permission_for_conditions_the_drain_warns_and_continues(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync(inner =>
        {
            NodeManager.Testing.FaultInjectionHandler faults = new(inner);
            faults.Inject(
                NodeManager.Testing.Fault.Answer(System.Net.HttpStatusCode.Forbidden, "Forbidden"),
                times: 10,
                when: r => r.RequestUri!.AbsolutePath.EndsWith("/status", StringComparison.Ordinal)
            );
            return faults;
        });

        NodeDrainResult result = Assert.Single(await DrainRun.DrainAsync(session, [node], new() { Condition = ConditionUse.Always }));

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Single(
            result.Warnings,
            w => w.StartsWith("The conditions DrainInProgress and Drained cannot be written", StringComparison.Ordinal)
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Forbidden_conditions_of_many_nodes_cause_one_warning(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(3);
        NodeManagerSession session = await cluster.ConnectAsync(inner =>
        {
            NodeManager.Testing.FaultInjectionHandler faults = new(inner);
            faults.Inject(
                NodeManager.Testing.Fault.Answer(System.Net.HttpStatusCode.Forbidden, "Forbidden"),
                times: 10,
                when: r => r.RequestUri!.AbsolutePath.EndsWith("/status", StringComparison.Ordinal)
            );
            return faults;
        });
        var listener = new Listener();

        IReadOnlyList<NodeDrainResult> results = await DrainRun.DrainAsync(
            session,
            nodes,
            new() { Condition = ConditionUse.Always },
            listener
        );

        Assert.All(results, r => Assert.Equal(NodeDrainStatus.Drained, r.Status));
        Assert.All(
            results,
            r =>
                Assert.Single(
                    r.Warnings,
                    w => w.StartsWith("The conditions DrainInProgress and Drained cannot be written", StringComparison.Ordinal)
                )
        );
        Assert.Single(listener.Warnings, w => w.Contains("lifecycle conditions", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task By_default_conditions_are_written_only_to_servers_that_support_them(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();

        await cluster.DrainAsync(node, new());
        Node after = await cluster.GetAsync(Resources.Nodes, node);

        Assert.Equal(cluster.Minor >= 37 ? "True" : null, Status(after, "Drained"));
    }

    private static string? Status(Node node, string type) => Find(node, type)?.Status;

    private static Condition? Find(Node node, string type) => node.Status.Conditions?.Find(c => c.Type == type);

    private static Task SayAsync(TestCluster cluster, string node, string type, string reason) =>
        cluster.Client.PatchAsync(
            Resources.Nodes,
            node,
            null,
            Patch.Strategic(
                new()
                {
                    ["status"] = new JsonObject
                    {
                        ["conditions"] = new JsonArray(
                            new JsonObject
                            {
                                ["type"] = type,
                                ["status"] = "True",
                                ["reason"] = reason,
                            }
                        ),
                    },
                }
            ),
            "status",
            RequestOptions.Default,
            default
        );

    /// <summary>Cancels the drain when the server has answered its first write of a status.</summary>
    private sealed class HoldingHandler(HttpMessageHandler inner, CancellationTokenSource stop) : DelegatingHandler(inner)
    {
        public bool HasStruck { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
            if (HasStruck || !request.RequestUri!.AbsolutePath.EndsWith("/status", StringComparison.Ordinal))
                return answer;
            HasStruck = true;
            await stop.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            return answer;
        }
    }
}

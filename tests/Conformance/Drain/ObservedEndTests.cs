using System.Net;
using NodeManager.Conformance.Harness;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Drain;

/// <summary>A result says what is there: the node, the PDB, and what does not work.</summary>
[Takes(100)]
public sealed class ObservedEndTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_node_that_another_client_uncordoned_is_not_reported_as_cordoned(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.AddBudgetAsync("never", "web", "maxUnavailable", 0, allows: 0);
        Listener listener = new();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new() { Timeout = Eventually.Limit }, listener);
        await Eventually.HoldsAsync(
            "a warning about the PDB",
            () => Task.FromResult(listener.Warnings.Any(static w => w.Contains("/never", StringComparison.Ordinal)))
        );
        await cluster.Client.PatchAsync(
            Resources.Nodes,
            full,
            null,
            Patch.Merge(new() { ["spec"] = new System.Text.Json.Nodes.JsonObject { ["unschedulable"] = null } }),
            null,
            RequestOptions.Default,
            default
        );
        NodeDrainResult result = await drain;

        Assert.True(
            result is { Status: NodeDrainStatus.Cancelled, CancelReason: NodeDrainCancelReason.Uncordoned, Cordoned: false },
            result.Describe()
        );
        Assert.Contains("The node was uncordoned", result.Message, StringComparison.Ordinal);
        string warning = Assert.Single(listener.Warnings, w => w.Contains("/never", StringComparison.Ordinal));
        Assert.Contains("; blocked: ", warning, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_cordon_is_retried_after_conflicts(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync(inner =>
            new FaultInjectionHandler(inner).Inject(Fault.Answer(HttpStatusCode.Conflict, "Conflict"), 5, r => r.Method == HttpMethod.Patch)
        );

        NodeDrainResult result = Assert.Single(await DrainRun.DrainAsync(session, [node], new()));

        Assert.True(result is { Status: NodeDrainStatus.Drained, Cordoned: true }, result.Describe());
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_first_failure_stops_the_drain_and_uncordons_nodes_that_were_not_started(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await cluster.AddPodAsync("bare", nodes[0]);

        IReadOnlyList<NodeDrainResult> results = await DrainRun.DrainAsync(
            await cluster.ConnectAsync(),
            nodes,
            new() { StopAtFailure = true }
        );

        Assert.Equal(NodeDrainStatus.Blocked, results.Single(r => r.Node == nodes[0]).Status);
        NodeDrainResult other = results.Single(r => r.Node == nodes[1]);
        Assert.True(other is { Status: NodeDrainStatus.Cancelled, Cordoned: false }, other.Describe());
        Assert.All(
            (await cluster.Client.ListAsync(Resources.Nodes, new() { LabelSelector = cluster.Selector }, default)).Items,
            n => Assert.Null(n.Spec.Unschedulable)
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task With_Once_a_pod_that_never_terminates_is_waited_for_with_a_limit(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, speed: 20);
        string node = await cluster.AddNodeAsync();
        await cluster.AddPodAsync("stuck", node, p => p.Annotate("fake-kubelet/slow-terminate", "never"));
        NodeManagerSession session = await cluster.ConnectAsync();
        DrainOptions options = new()
        {
            Once = true,
            DeleteUnmanagedPods = true,
            GracePeriod = TimeSpan.FromSeconds(1),
        };

        List<NodeDrainResult> results = [];
        await foreach (NodeDrainResult one in NodeDrainer.DrainAsync(session, [node], options, new Listener(), default))
            results.Add(one);

        NodeDrainResult result = Assert.Single(results);
        Assert.True(result.Status == NodeDrainStatus.TimedOut, result.Describe());
        Assert.Equal("Termination", Assert.Single(result.Blockers).Kind);
        Assert.InRange(result.Duration, TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(4));
    }
}

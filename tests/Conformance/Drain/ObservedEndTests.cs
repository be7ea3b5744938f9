using System.Net;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Core.Drain;
using NodeManager.Core.Drain.Options;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Drain;

/// <summary>A result says what is there: the node, the PDB, and what does not work.</summary>
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

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new() { Timeout = Eventually.Soon }, listener);
        await listener.HearsAsync("/never");
        await cluster.Client.PatchAsync(
            Resources.Nodes, full, null, Patch.Merge(new() { ["spec"] = new System.Text.Json.Nodes.JsonObject { ["unschedulable"] = null } }), null, RequestOptions.Default, default);
        NodeDrainResult result = await drain;

        Assert.True(result is { Status: NodeDrainStatus.TimedOut, Cordoned: false }, result.Describe());
        Assert.Contains("another client uncordoned it", result.Message, StringComparison.Ordinal);
        string warning = Assert.Single(listener.Warnings, w => w.Contains("/never", StringComparison.Ordinal));
        Assert.Contains("; blocked: ", warning, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_cordon_is_retried_after_conflicts(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsync(
            inner => new FaultInjectionHandler(inner).Inject(Fault.Answer(HttpStatusCode.Conflict, "Conflict"), 5, r => r.Method == HttpMethod.Patch));

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

        IReadOnlyList<NodeDrainResult> results = await DrainRun.DrainAsync(await cluster.ConnectAsync(), nodes, new() { StopAtFailure = true });

        Assert.Equal(NodeDrainStatus.Blocked, results.Single(r => r.Node == nodes[0]).Status);
        NodeDrainResult other = results.Single(r => r.Node == nodes[1]);
        Assert.True(other is { Status: NodeDrainStatus.Cancelled, Cordoned: false }, other.Describe());
        Assert.All((await cluster.Client.ListAsync(Resources.Nodes, new() { LabelSelector = cluster.Selector }, default)).Items, n => Assert.Null(n.Spec.Unschedulable));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task With_Once_a_pod_that_never_terminates_is_waited_for_with_a_limit(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, speed: 20);
        string node = await cluster.AddNodeAsync();
        await cluster.AddPodAsync("stuck", node, p => p.Annotate("fake-kubelet/slow-terminate", "never"));
        NodeManagerSession session = await cluster.ConnectAsync();
        DrainOptions options = new() { Once = true, DeleteUnmanagedPods = true, GracePeriod = TimeSpan.FromSeconds(1) };

        List<NodeDrainResult> results = [];
        await foreach (NodeDrainResult one in NodeDrainer.DrainAsync(session, [node], options, new Listener(), default)) results.Add(one);

        NodeDrainResult result = Assert.Single(results);
        Assert.True(result.Status == NodeDrainStatus.TimedOut, result.Describe());
        Assert.Equal("Termination", Assert.Single(result.Blockers).Kind);
        Assert.InRange(result.Duration, TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(4));
    }

    [SkippableFact]
    public async Task A_server_killed_during_a_drain_is_named_in_the_result()
    {
        Skip.If(ServerBinaries.Find(out string reason) is null, reason);
        using ControlPlane plane = await ControlPlane.StartAsync();
        Skip.IfNot(plane.HasControllers, "KUBEBUILDER_ASSETS has no kube-controller-manager and kube-scheduler");
        TestCluster cluster = await TestCluster.StartOnAsync(plane);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.AddBudgetAsync("never", "web", "maxUnavailable", 0, allows: 0);
        Listener listener = new();

        Task<NodeDrainResult> drain = cluster.DrainAsync(full, new() { Timeout = Eventually.Soon }, listener);
        await listener.HearsAsync("/never");
        plane.KillApiServer();
        NodeDrainResult result = await drain;

        Assert.True(result.Status == NodeDrainStatus.TimedOut, result.Describe());
        NodeDrainBlocker blocker = Assert.Single(result.Blockers);
        Assert.Equal("Server", blocker.Kind);
        Assert.Contains("does not answer", blocker.Message, StringComparison.Ordinal);
        Assert.Contains("its current state could not be read", result.Message, StringComparison.Ordinal);
        await plane.StartApiServerAsync();
        await cluster.DisposeAsync();
    }

    [SkippableFact]
    public async Task A_stopped_disruption_controller_is_named_by_plan_and_drain()
    {
        Skip.If(ServerBinaries.Find(out string reason) is null, reason);
        using ControlPlane plane = await ControlPlane.StartAsync();
        Skip.IfNot(plane.HasControllers, "KUBEBUILDER_ASSETS has no kube-controller-manager and kube-scheduler");
        TestCluster cluster = await TestCluster.StartOnAsync(plane);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 3);
        await cluster.AddBudgetAsync("one", "web", "maxUnavailable", 1, allows: 1);
        plane.KillControllerManager();
        Listener listener = new();

        NodeDrainResult result = await cluster.DrainAsync(full, new() { Timeout = TimeSpan.FromSeconds(60) }, listener);
        ResourceType<NodeManager.Kubernetes.Models.PodDisruptionBudget> budgets = Resources.PodDisruptionBudgets(cluster.Capabilities.BudgetVersion);
        string longAgo = (DateTimeOffset.UtcNow - TimeSpan.FromMinutes(10)).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        await cluster.Client.PatchAsync(
            budgets, "one", cluster.Namespace,
            Patch.Merge(new() { ["status"] = new System.Text.Json.Nodes.JsonObject { ["disruptedPods"] = new System.Text.Json.Nodes.JsonObject { ["long-gone"] = longAgo } } }),
            "status", RequestOptions.Default, default);
        NodeDrainPlan plan = Assert.Single(await DrainPlanner.PlanAsync(await cluster.ConnectAsync(), [full], new(), default));

        Assert.True(result is { Status: NodeDrainStatus.TimedOut, Evicted: 1 }, result.Describe());
        NodeDrainBlocker blocker = Assert.Single(result.Blockers);
        Assert.Equal(("DisruptionController", BudgetOutlook.Never), (blocker.Kind, blocker.Outlook));
        Assert.Contains("kube-controller-manager", blocker.Remedy, StringComparison.Ordinal);
        Assert.Single(listener.Warnings, w => w.Contains("disruption controller does not respond", StringComparison.Ordinal));
        Assert.Equal((NodeDrainPlanStatus.WillNotFinish, false), (plan.Status, plan.CanDrain));
        Assert.Contains("disruption controller", Assert.Single(plan.BlockingBudgets).OutlookReason, StringComparison.Ordinal);
    }
}

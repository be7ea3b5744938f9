using System.Globalization;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.RealCluster;
using NodeManager.Drains;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Patching;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Drain.Outages;

/// <summary>A result names the part of the control plane that does not work. Each test has a control plane of its own.</summary>
[Takes(110)]
public sealed class DeadServerTests
{
    [SkippableFact]
    public async Task A_server_killed_during_a_drain_is_named_in_the_result()
    {
        Skip.If(ServerBinaries.FindWithControllers(out string reason) is null, reason);
        using ControlPlane plane = await ControlPlane.StartAsync();
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
        Skip.If(ServerBinaries.FindWithControllers(out string reason) is null, reason);
        using ControlPlane plane = await ControlPlane.StartAsync();
        TestCluster cluster = await TestCluster.StartOnAsync(plane);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 3);
        await cluster.AddBudgetAsync("one", "web", "maxUnavailable", 1, allows: 1);
        plane.KillControllerManager();
        Listener listener = new();

        NodeDrainResult result = await cluster.DrainAsync(full, new() { Timeout = TimeSpan.FromSeconds(60) }, listener);
        ResourceType<PodDisruptionBudget> budgets = Resources.PodDisruptionBudgets(cluster.Capabilities.BudgetVersion);
        string longAgo = (DateTimeOffset.UtcNow - TimeSpan.FromMinutes(10)).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        await cluster.Client.PatchAsync(
            budgets,
            "one",
            cluster.Namespace,
            Patch.Merge(new() { ["status"] = new JsonObject { ["disruptedPods"] = new JsonObject { ["long-gone"] = longAgo } } }),
            "status",
            RequestOptions.Default,
            default
        );
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

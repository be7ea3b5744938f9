using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Testing;

namespace NodeManager.Conformance.Drain;

[Takes(90)]
public sealed class BudgetOutlookTests
{
    private static readonly DrainOptions Bare = new() { DeleteUnmanagedPods = true, Timeout = Eventually.Soon };

    [SkippableTheory]
    [AllBackends("not-ready", BudgetOutlook.Slow, "running, not ready")]
    [AllBackends("crash", BudgetOutlook.Never, "crashing: ")]
    public async Task A_blocking_PDB_names_the_unhealthy_pod_and_its_outlook(string backend, string trouble, string outlook, string reason)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await cluster.AddPodAsync("first", nodes[0], p => p.Label("app", "web"));
        await cluster.AddPodAsync("second", nodes[1], p => p.Label("app", "web"));
        await cluster.AddPodAsync("late", nodes[1], p => p.Label("app", "web").Annotate("fake-kubelet/" + trouble, "true"), null);
        await cluster.WaitForAsync(
            Resources.Pods,
            "late",
            p => p.Status.ContainerStatuses is { Count: > 0 } && p.Status.Phase == "Running"
        );
        await cluster.WaitForReadyPodsAsync("app=web", 2);
        await cluster.AddBudgetAsync("web", "web", "minAvailable", 2, allows: 0);
        ResourceType<PodDisruptionBudget> budgets = Resources.PodDisruptionBudgets(cluster.Capabilities.BudgetVersion);
        await cluster.WaitForAsync(budgets, "web", b => b.Status is { CurrentHealthy: 2, ExpectedPods: 3 });

        await ReportAsync(cluster, "late", "Readiness probe failed: HTTP probe failed with statuscode: 503");

        NodeDrainPlan plan = Assert.Single(await DrainPlanner.PlanAsync(await cluster.ConnectAsync(), [nodes[0]], Bare, default));
        NodeDrainResult result = await cluster.DrainAsync(nodes[0], Bare);

        PodBudget planned = Assert.Single(plan.BlockingBudgets);
        UnhealthyPod unhealthy = Assert.Single(planned.UnhealthyPods);
        Assert.Equal((outlook, "late", nodes[1]), (planned.Outlook, unhealthy.Name, unhealthy.Node));
        Assert.StartsWith(reason, unhealthy.Reason, StringComparison.Ordinal);
        Assert.Equal(outlook == BudgetOutlook.Never, planned.Remedy.Length > 0);
        Assert.True(result.Status == NodeDrainStatus.TimedOut, result.Describe());
        NodeDrainBlocker blocker = Assert.Single(result.Blockers);
        Assert.True((blocker.Outlook, blocker.Selector) == (outlook, "app=web"), result.Describe());
        // At the end of the drain the container may be in its back-off.
        string atEnd = trouble == "crash" ? "(crashing|CrashLoopBackOff): " : reason;
        Assert.Matches($"^minAvailable 2, 2/3 healthy, 0 disruptions allowed, 1 not ready: late \\({atEnd}", blocker.Message);
        Assert.Contains(
            blocker.Events,
            static one =>
                one.StartsWith("late: Unhealthy (12 times, last ", StringComparison.Ordinal)
                && one.EndsWith("ago): Readiness probe failed: HTTP probe failed with statuscode: 503", StringComparison.Ordinal)
        );
    }

    private static Task ReportAsync(TestCluster cluster, string pod, string message) =>
        cluster.Client.CreateAsync(
            Resources.Events,
            new Event
            {
                Metadata = new() { Name = $"{pod}.unhealthy", Namespace = cluster.Namespace },
                InvolvedObject = new()
                {
                    Kind = "Pod",
                    ApiVersion = "v1",
                    Name = pod,
                    Namespace = cluster.Namespace,
                },
                Type = "Warning",
                Reason = "Unhealthy",
                Message = message,
                Count = 12,
                LastTimestamp = cluster.Time.GetUtcNow().AddSeconds(-3),
            },
            cluster.Namespace,
            default
        );

    [SkippableTheory]
    [AllBackends]
    public async Task A_PDB_whose_pods_cannot_be_counted_blocks_with_the_reason(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        Skip.If(cluster.Capabilities.Minor < 21, "conditions of budgets are of 1.21");
        string node = await cluster.AddNodeAsync();
        Node owner = await cluster.GetAsync(Resources.Nodes, node);
        await cluster.AddPodAsync(
            "odd",
            node,
            p =>
            {
                p.Label("app", "odd");
                p["metadata"]!["ownerReferences"] = new JsonArray(
                    new JsonObject
                    {
                        ["apiVersion"] = "v1",
                        ["kind"] = "Node",
                        ["name"] = node,
                        ["uid"] = owner.Metadata.Uid,
                        ["controller"] = true,
                    }
                );
            }
        );
        ResourceType<PodDisruptionBudget> type = Resources.PodDisruptionBudgets(cluster.Capabilities.BudgetVersion);
        var labels = new Dictionary<string, string> { ["app"] = "odd" };
        await cluster.CreateAsync(type, Manifests.Budget(cluster.Capabilities.BudgetVersion, "odd", labels, "maxUnavailable", 1));
        await cluster.WaitForAsync(type, "odd", b => b.Status.Conditions?.Exists(c => c.Reason == "SyncFailed") == true);

        NodeDrainPlan plan = Assert.Single(await DrainPlanner.PlanAsync(await cluster.ConnectAsync(), [node], new(), default));

        PodBudget budget = Assert.Single(plan.BlockingBudgets);
        Assert.Equal(BudgetOutlook.Never, budget.Outlook);
        Assert.Contains("SyncFailed", budget.OutlookReason, StringComparison.Ordinal);
        Assert.Null(plan.EstimatedDuration);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_estimated_duration_is_kept(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync(
            "web",
            4,
            w => w.PodSpec(new() { ["terminationGracePeriodSeconds"] = 30 })
        );
        await cluster.AddBudgetAsync("web", "web", "maxUnavailable", 1, allows: 1);

        NodeDrainPlan plan = Assert.Single(await DrainPlanner.PlanAsync(await cluster.ConnectAsync(), [full], new(), default));
        NodeDrainResult result = await cluster.DrainAsync(full, new());

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Contains("4 rounds", plan.EstimateBasis, StringComparison.Ordinal);
        Assert.True(result.Duration <= plan.EstimatedDuration, $"{result.Duration} of {plan.EstimatedDuration}: {plan.EstimateBasis}");
    }
}

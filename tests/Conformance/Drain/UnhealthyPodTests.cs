using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

/// <summary>Pods that are not ready: whether they go is the budget's affair, by its policy and by the server's version. Plan and server agree.</summary>
public sealed class UnhealthyPodTests
{
    private static readonly DrainOptions Once = new() { DeleteUnmanagedPods = true, Once = true };

    // least: of two pods, one of them crashing. With 1 its budget has what it wants, with 2 it has not.
    [SkippableTheory]
    [AllBackends(1, "")]
    [AllBackends(2, "")]
    [AllBackends(1, "IfHealthyBudget")]
    [AllBackends(2, "IfHealthyBudget")]
    [AllBackends(2, "AlwaysAllow")]
    public async Task An_unready_pod_is_evicted_if_its_PDB_is_met_or_its_policy_allows_it(string backend, int least, string policy)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        bool hasPolicy = cluster.Capabilities.Minor >= 27;
        bool goes = least == 1 || (policy == "AlwaysAllow" && hasPolicy);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await cluster.AddPodAsync("well", nodes[1], p => p.Label("app", "web"));
        await cluster.AddPodAsync("sick", nodes[0], p => p.Label("app", "web").Annotate("fake-kubelet/crash", "true"), null);
        await cluster.WaitForAsync(
            Resources.Pods,
            "sick",
            p => p.Status.ContainerStatuses?.Exists(c => c.State?.Terminated is not null) == true && p.Status.Phase == "Running"
        );
        await AddBudgetAsync(cluster, least, policy);

        NodeDrainPlan plan = Assert.Single(await DrainPlanner.PlanAsync(await cluster.ConnectAsync(), [nodes[0]], Once, default));
        NodeDrainResult result = await cluster.DrainAsync(nodes[0], Once);

        Assert.Equal(!goes, Assert.Single(plan.Pods).BlockedByBudget);
        Assert.Equal(hasPolicy ? policy : "", Assert.Single(plan.Pods[0].Budgets).UnhealthyPodEvictionPolicy);
        Assert.Equal(goes, plan.EstimatedDuration is not null);
        Assert.True(result.Status == (goes ? NodeDrainStatus.Drained : NodeDrainStatus.Blocked), result.Describe());
        Assert.Equal(goes ? DrainPodOutcome.Evicted : DrainPodOutcome.Blocked, Assert.Single(result.Pods).Outcome);
        Assert.Equal(!goes, await cluster.ExistsAsync(Resources.Pods, "sick"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task With_Once_refused_pods_stay_and_all_others_are_evicted_also_with_do_not_disrupt(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("held", 2);
        await cluster.AddPodAsync("scaler", node, p => p.Annotate("cluster-autoscaler.kubernetes.io/safe-to-evict", "false"));
        await cluster.AddPodAsync("karpenter", node, p => p.Annotate("karpenter.sh/do-not-disrupt", "true"));
        await cluster.AddBudgetAsync("held", "held", "maxUnavailable", 0, allows: 0);

        NodeDrainResult result = await cluster.DrainAsync(node, Once);

        Assert.True(result.Status == NodeDrainStatus.Blocked, result.Describe());
        Assert.Equal((2, 2), (result.Evicted, result.Remaining));
        Assert.Equal(BudgetOutlook.Never, Assert.Single(result.Blockers).Outlook);
        Assert.Contains(
            result.Warnings,
            w =>
                w.Contains(
                    "/scaler: An annotation asks that the pod is not disrupted (cluster-autoscaler.kubernetes.io/safe-to-evict: false)",
                    StringComparison.Ordinal
                )
        );
        Assert.Contains(
            result.Warnings,
            w =>
                w.Contains(
                    "/karpenter: An annotation asks that the pod is not disrupted (karpenter.sh/do-not-disrupt: true)",
                    StringComparison.Ordinal
                )
        );
    }

    private static async Task AddBudgetAsync(TestCluster cluster, int least, string policy)
    {
        ResourceType<PodDisruptionBudget> type = Resources.PodDisruptionBudgets(cluster.Capabilities.BudgetVersion);
        JsonObject budget = Manifests.Budget(
            cluster.Capabilities.BudgetVersion,
            "web",
            new Dictionary<string, string> { ["app"] = "web" },
            "minAvailable",
            least
        );
        if (policy.Length > 0)
            budget["spec"]!["unhealthyPodEvictionPolicy"] = policy;
        await cluster.CreateAsync(type, budget);
        await cluster.WaitForAsync(
            type,
            "web",
            b => b.Status is { ExpectedPods: 2, CurrentHealthy: 1 } && b.Status.ObservedGeneration == b.Metadata.Generation
        );
    }
}

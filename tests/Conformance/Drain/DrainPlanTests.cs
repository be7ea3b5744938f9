using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Drain;

public sealed class DrainPlanTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task Each_pod_has_a_decision_and_a_reason(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("web", 1);
        await cluster.AddWorkloadAsync(Resources.DaemonSets, "DaemonSet", "agent", 1);
        await cluster.AddPodAsync("bare", node);
        await cluster.AddPodAsync("data", node, WithEmptyDir);
        await cluster.AddPodAsync("mirror", node, p => p.Annotate("kubernetes.io/config.mirror", "abc"));
        await cluster.AddPodAsync("failed", node, p => p.Annotate("fake-kubelet/fail", "true"), "Failed");
        await cluster.AddPodAsync("going", node, p => p.Annotate("fake-kubelet/slow-terminate", "never"));
        await cluster.Client.DeleteAsync(Resources.Pods, "going", cluster.Namespace, new(), default);
        NodeManagerSession session = await cluster.ConnectAsync();

        NodeDrainPlan careful = await PlanAsync(session, node, new());
        NodeDrainPlan bold = await PlanAsync(session, node, new() { DeleteUnmanagedPods = true, DeleteEmptyDirData = true });

        Assert.Equal(
            [
                "agent: Skip DaemonSet",
                "bare: Refuse Unmanaged",
                "data: Refuse LocalData",
                "failed: Evict Finished",
                "going: Wait Terminating",
                "mirror: Skip Mirror",
                "web: Evict Managed",
            ],
            Decisions(careful)
        );
        Assert.False(careful.CanDrain);
        Assert.Equal(2, careful.Blockers.Count);
        Assert.Equal(["DeleteUnmanagedPod"], careful.Pods.Single(p => p.Name == "bare").PermittedBy);
        Assert.Equal(["DeleteEmptyDirData", "DeleteUnmanagedPod"], careful.Pods.Single(p => p.Name == "data").PermittedBy);
        Assert.True(bold.CanDrain);
        Assert.Equal((4, 2, 1, 0), (bold.Evict, bold.Skip, bold.Wait, bold.Refuse));
        Assert.True(await cluster.ExistsAsync(Resources.Pods, "bare"));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task PDBs_report_their_allowed_disruptions(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("web", 2);
        await cluster.AddReplicaSetAsync("api", 2);
        await cluster.AddBudgetAsync("web-budget", "web", "minAvailable", 2, allows: 0);
        await cluster.AddBudgetAsync("api-budget", "api", "maxUnavailable", 1, allows: 1);

        NodeDrainPlan plan = await PlanAsync(await cluster.ConnectAsync(), node, new());

        NodeDrainPlanPod web = plan.Pods.First(p => p.Owner == "ReplicaSet/web");
        NodeDrainPlanPod api = plan.Pods.First(p => p.Owner == "ReplicaSet/api");
        Assert.Equal(
            $"{cluster.Namespace}/web-budget: minAvailable 2, 2/2 healthy, 0 disruptions allowed",
            Assert.Single(web.Budgets).ToString()
        );
        Assert.Equal(
            $"{cluster.Namespace}/api-budget: maxUnavailable 1, 2/2 healthy, 1 disruption allowed",
            Assert.Single(api.Budgets).ToString()
        );
        Assert.Equal((true, false, NodeDrainPlanStatus.WillNotFinish), (web.BlockedByBudget, api.BlockedByBudget, plan.Status));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_meaning_of_an_empty_PDB_selector_depends_on_the_API_version(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("web", 1);
        string version = cluster.Capabilities.BudgetVersion;
        JsonObject budget = Manifests.Budget(version, "all", new Dictionary<string, string>(), "minAvailable", 1);
        budget["spec"]!["selector"] = new JsonObject();
        await cluster.CreateAsync(Resources.PodDisruptionBudgets(version), budget);
        await cluster.WaitForAsync(
            Resources.PodDisruptionBudgets(version),
            "all",
            b => b.Status.ObservedGeneration == 1 && b.Status.ExpectedPods == (version == "v1" ? 1 : 0)
        );

        NodeDrainPlan plan = await PlanAsync(await cluster.ConnectAsync(), node, new());

        Assert.Equal(version == "v1", Assert.Single(plan.Pods).BlockedByBudget);
        Assert.Equal(version == "v1" ? 1 : 0, plan.Pods[0].Budgets.Count);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_plan_reports_whether_a_pod_fits_on_another_node(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true);
        string node = await cluster.AddNodeAsync();
        await cluster.AddReplicaSetAsync("web", 1);
        NodeManagerSession session = await cluster.ConnectAsync();

        NodeDrainPlan alone = await PlanAsync(session, node, new());
        JsonObject second = Manifests.Node($"node-{cluster.Id}-2", cluster.Mark);
        await cluster.CreateAsync(Resources.Nodes, second);
        await cluster.WaitForAsync(
            Resources.Nodes,
            $"node-{cluster.Id}-2",
            n => n.Spec.Taints is null or [] && n.Status.Conditions?.Exists(c => c is { Type: "Ready", Status: "True" }) == true
        );
        NodeDrainPlan together = await PlanAsync(session, node, new());

        Assert.Equal("No", Assert.Single(alone.Pods).FitsElsewhere);
        Assert.NotEmpty(alone.Pods[0].FitReason);
        Assert.Equal("Yes", Assert.Single(together.Pods).FitsElsewhere);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Only_selected_pods_are_planned(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        await cluster.AddPodAsync("in", node, p => p.Label("tier", "gold"));
        await cluster.AddPodAsync("out", node);

        NodeDrainPlan plan = await PlanAsync(
            await cluster.ConnectAsync(),
            node,
            new() { PodSelector = "tier=gold", DeleteUnmanagedPods = true }
        );

        Assert.Equal(["in"], plan.Pods.Where(p => p.Decision == DrainDecision.Evict).Select(p => p.Name));
        Assert.True(plan.CanDrain);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_plan_for_a_missing_node_is_an_error(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend);

        NodeManagerException e = await Assert.ThrowsAsync<NodeManagerException>(async () =>
            await PlanAsync(await cluster.ConnectAsync(), "no-such-node", new())
        );

        Assert.Equal(ErrorIds.NodeNotFound, e.ErrorId);
    }

    internal static void WithEmptyDir(JsonObject pod) =>
        pod.PodSpec(new() { ["volumes"] = new JsonArray(new JsonObject { ["name"] = "cache", ["emptyDir"] = new JsonObject() }) });

    private static async Task<NodeDrainPlan> PlanAsync(NodeManagerSession session, string node, DrainOptions options) =>
        Assert.Single(await DrainPlanner.PlanAsync(session, [node], options, default));

    // Workloads' pods by their owner's name, as their own is made up.
    private static IEnumerable<string> Decisions(NodeDrainPlan plan) =>
        plan
            .Pods.Select(p => $"{(p.Owner.Length == 0 ? p.Name : p.Owner.Split('/')[1])}: {p.Decision} {p.Rule}")
            .Order(StringComparer.Ordinal);
}

using System.Text.Json.Nodes;
using NodeManager.Core.Tests.Drain.Support;
using NodeManager.Drains;
using NodeManager.Drains.Options;

namespace NodeManager.Core.Tests.Drain;

public sealed class DrainPlannerTests : IDisposable
{
    private readonly DrainServer _server = new();

    public DrainPlannerTests()
    {
        foreach (string node in (string[])["n1", "n2", "n3"])
            _server.Nodes.Put(Sample.Node(node));
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_plan_changes_nothing_and_counts_the_evictions()
    {
        _server.Pods.Put(Sample.Pod("p1"));
        _server.Pods.Put(Bare("bare"));
        _server.Pods.Put(Sample.Pod("elsewhere", "n2"));

        NodeDrainPlan plan = await PlanAsync("n1");

        Assert.Equal((1, 0, 0, 1, false), (plan.Evict, plan.Skip, plan.Wait, plan.Refuse, plan.CanDrain));
        Assert.Equal("uid-n1", plan.NodeUid);
        Assert.StartsWith("test", plan.Cluster, StringComparison.Ordinal);
        Assert.StartsWith("Pod default/bare: ", Assert.Single(plan.Blockers), StringComparison.Ordinal);
        Assert.All(
            _server.Requests,
            r => Assert.True(r.StartsWith("GET", StringComparison.Ordinal) || r.EndsWith("reviews", StringComparison.Ordinal), r)
        );
    }

    // A pod takes the first node that fits if there are more than 200 others: images do not count.
    [Theory]
    [InlineData(0, 2)]
    [InlineData(198, 2)]
    [InlineData(199, 1)]
    public async Task The_images_of_nodes_are_read_only_where_nodes_are_scored(int further, int lists)
    {
        for (int i = 0; i < further; i++)
            _server.Nodes.Put(Sample.Node($"further-{i}"));
        _server.Pods.Put(Sample.Pod("p1"));

        NodeDrainPlan plan = await PlanAsync("n1");

        Assert.Equal(NodeDrainPodFit.Yes, plan.Pods[0].FitsElsewhere);
        Assert.Equal(lists, _server.Requests.Count(static r => r.Split('?')[0] == "GET /api/v1/nodes"));
    }

    [Fact]
    public async Task PDBs_are_listed_with_their_allowed_disruptions()
    {
        _server.Pods.Put(Sample.Pod("p1"));
        _server.Pods.Put(Sample.Pod("p2", app: "free"));
        _server.Budgets.Put(Sample.Budget("web", "web", 0));

        NodeDrainPlan plan = await PlanAsync("n1");

        Assert.Equal((1, NodeDrainPlanStatus.WillNotFinish, false), (plan.BlockedByBudget, plan.Status, plan.CanDrain));
        Assert.Equal("default/web: minAvailable 2, 2/3 healthy, 0 disruptions allowed", plan.Pods[0].Budgets.ToString());
        Assert.Empty(plan.Pods[1].Budgets);
    }

    [Fact]
    public async Task A_blocking_PDB_names_its_unhealthy_pods_on_all_nodes_and_the_remedy()
    {
        _server.Pods.Put(Sample.Pod("p1"));
        _server.Pods.Put(Sample.Pod("p2", "n2"));
        System.Text.Json.Nodes.JsonObject crashing = Planning.UnhealthyPods.Make("crashing", 3);
        crashing["spec"]!["nodeName"] = "n2";
        _server.Pods.Put(crashing);
        _server.Budgets.Put(Sample.Budget("web", "web", 0));

        NodeDrainPlan plan = await PlanAsync("n1");

        PodBudget budget = Assert.Single(plan.BlockingBudgets);
        Assert.Equal((BudgetOutlook.Never, "app=web"), (budget.Outlook, budget.Selector));
        UnhealthyPod pod = Assert.Single(budget.UnhealthyPods);
        Assert.Equal(("p3", "n2", false), (pod.Name, pod.Node, pod.Progressing));
        Assert.StartsWith(
            "default/web: minAvailable 2, 2/3 healthy, 0 disruptions allowed, 1 not ready: p3 (CrashLoopBackOff",
            budget.ToString(),
            StringComparison.Ordinal
        );
        Assert.Contains("Fix p3", budget.Remedy, StringComparison.Ordinal);
        Assert.Null(plan.EstimatedDuration);
        Assert.Contains("PDB default/web", plan.EstimateBasis, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_estimate_counts_the_rounds_that_a_PDB_forces_across_nodes()
    {
        for (int i = 1; i <= 4; i++)
        {
            System.Text.Json.Nodes.JsonObject pod = Sample.Pod($"p{i}", i <= 2 ? "n1" : "n2");
            pod["metadata"]!["creationTimestamp"] = "2026-01-01T00:00:00Z";
            pod["status"]!["conditions"]![0]!["lastTransitionTime"] = "2026-01-01T00:00:12Z";
            _server.Pods.Put(pod);
        }

        System.Text.Json.Nodes.JsonObject budget = Sample.Budget("web", "web", 1);
        budget["status"]!["expectedPods"] = 4;
        budget["status"]!["desiredHealthy"] = 3;
        budget["status"]!["currentHealthy"] = 4;
        _server.Budgets.Put(budget);

        NodeDrainPlan alone = await PlanAsync("n1");
        IReadOnlyList<NodeDrainPlan> together = await PlanAllAsync(["n1", "n2"], new());
        NodeDrainPlan forced = await PlanAsync("n1", new() { DisableEviction = true });

        Assert.Equal(TimeSpan.FromSeconds(12 + 33), alone.EstimatedDuration);
        Assert.All(together, p => Assert.Equal(TimeSpan.FromSeconds((3 * 12) + 33), p.EstimatedDuration));
        Assert.Equal(TimeSpan.FromSeconds(33), forced.EstimatedDuration);
        Assert.Contains("4 pods to be evicted 1 at a time: 4 rounds", together[0].EstimateBasis, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unready_pods_that_a_PDB_lets_be_evicted_do_not_lengthen_the_estimate()
    {
        _server.Pods.Put(Planning.UnhealthyPods.Make("crashing", 1));
        JsonObject budget = Sample.Budget("web", "web", 0);
        budget["spec"]!["unhealthyPodEvictionPolicy"] = "AlwaysAllow";
        budget["status"]!["currentHealthy"] = 0;
        _server.Budgets.Put(budget);

        NodeDrainPlan plan = await PlanAsync("n1");

        Assert.Equal(0, plan.BlockedByBudget);
        Assert.Empty(plan.BlockingBudgets);
        Assert.NotNull(plan.EstimatedDuration);
    }

    [Fact]
    public async Task A_pod_with_two_PDBs_can_never_be_evicted_and_both_are_named()
    {
        _server.Pods.Put(Sample.Pod("p1"));
        _server.Budgets.Put(Sample.Budget("web", "web", 1));
        _server.Budgets.Put(Sample.Budget("other", "web", 1));

        NodeDrainPlan plan = await PlanAsync("n1");

        Assert.Equal(["other", "web"], plan.BlockingBudgets.Select(b => b.Name).Order(StringComparer.Ordinal));
        Assert.All(plan.BlockingBudgets, b => Assert.Equal(BudgetOutlook.Never, b.Outlook));
        Assert.All(plan.BlockingBudgets, b => Assert.Contains("default/other, default/web", b.OutlookReason, StringComparison.Ordinal));
        Assert.Contains("pod default/p1 has 2 PDBs", plan.EstimateBasis, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_evictions_PDBs_do_not_block()
    {
        _server.Pods.Put(Sample.Pod("p1"));
        _server.Budgets.Put(Sample.Budget("web", "web", 0));

        Assert.Equal(0, (await PlanAsync("n1", new() { DisableEviction = true })).BlockedByBudget);
    }

    [Fact]
    public async Task Unreadable_PDBs_are_a_warning()
    {
        _server.Pods.Put(Sample.Pod("p1"));
        _server.Intercept = r =>
            r.RequestUri!.AbsolutePath.EndsWith("poddisruptionbudgets", StringComparison.Ordinal) ? Answers.Forbidden() : null;

        NodeDrainPlan plan = await PlanAsync("n1");

        Assert.True(plan.CanDrain);
        Assert.Contains(plan.Warnings, w => w.StartsWith("Permission denied: cannot list PodDisruptionBudgets", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plan_reports_a_pod_that_fits_on_another_node()
    {
        _server.Pods.Put(Sample.Pod("p1"));

        Assert.Equal("Yes", (await PlanAsync("n1")).Pods[0].FitsElsewhere);
    }

    [Fact]
    public async Task Nodes_drained_together_offer_no_room_to_each_others_pods()
    {
        _server.Pods.Put(Sample.Pod("p1"));

        IReadOnlyList<NodeDrainPlan> plans = await PlanAllAsync(["n1", "n2", "n3"], new());

        Assert.Equal(["n1", "n2", "n3"], plans.Select(p => p.Node));
        Assert.Equal("No", plans[0].Pods[0].FitsElsewhere);
        Assert.NotEmpty(plans[0].Pods[0].FitReason);
    }

    [Fact]
    public async Task A_placed_pod_uses_room_for_the_next_pod()
    {
        // Two nodes with 8 cores are left for three pods of 5.
        for (int i = 1; i <= 3; i++)
            _server.Pods.Put(Large($"p{i}"));

        NodeDrainPlan plan = await PlanAsync("n1");

        Assert.Equal(["Yes", "Yes", "No"], plan.Pods.Select(p => p.FitsElsewhere));
        Assert.Contains("Insufficient cpu", plan.Pods[2].FitReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_replacement_of_an_unmanaged_pod_is_unknown()
    {
        _server.Pods.Put(Bare("bare"));

        NodeDrainPlanPod pod = (await PlanAsync("n1", new() { DeleteUnmanagedPods = true })).Pods[0];

        Assert.Equal("Unknown", pod.FitsElsewhere);
        Assert.NotEmpty(pod.FitReason);
    }

    [Fact]
    public async Task The_grace_period_is_the_parameter_or_that_of_the_pod()
    {
        _server.Pods.Put(Sample.Pod("p1"));

        Assert.Equal(30, (await PlanAsync("n1")).Pods[0].GracePeriodSeconds);
        Assert.Equal(5, (await PlanAsync("n1", new() { GracePeriod = TimeSpan.FromSeconds(5) })).Pods[0].GracePeriodSeconds);
    }

    [Fact]
    public async Task Many_nodes_are_read_with_one_list()
    {
        string[] names = [.. Enumerable.Range(1, 40).Select(i => $"m{i}")];
        foreach (string name in names)
        {
            _server.Nodes.Put(Sample.Node(name));
            _server.Pods.Put(Sample.Pod("p-" + name, name));
        }

        IReadOnlyList<NodeDrainPlan> plans = await PlanAllAsync(names, new());

        Assert.Equal(names, plans.Select(p => p.Node));
        Assert.All(plans, p => Assert.Equal(1, p.Evict));
        Assert.InRange(_server.Requests.Count(r => r == "GET /api/v1/pods"), 1, 2);
    }

    [Fact]
    public async Task A_name_without_a_node_is_an_error()
    {
        NodeManagerException error = await Assert.ThrowsAsync<NodeManagerException>(() => PlanAsync("nowhere"));

        Assert.Equal(ErrorIds.NodeNotFound, error.ErrorId);
    }

    [Fact]
    public async Task A_missing_permission_is_a_blocker_that_names_it()
    {
        _server.Pods.Put(Sample.Pod("p1"));
        _server.Denied.Add("patch nodes");

        NodeDrainPlan plan = await PlanAsync("n1");

        Assert.False(plan.CanDrain);
        Assert.Contains("patch nodes", Assert.Single(plan.Blockers), StringComparison.Ordinal);
    }

    private async Task<NodeDrainPlan> PlanAsync(string node, DrainOptions? options = null) =>
        Assert.Single(await PlanAllAsync([node], options ?? new()));

    private async Task<IReadOnlyList<NodeDrainPlan>> PlanAllAsync(string[] nodes, DrainOptions options)
    {
        using NodeManagerSession session = await _server.ConnectAsync();
        return await DrainPlanner.PlanAsync(session, [.. nodes], options, default);
    }

    private static JsonObject Bare(string name)
    {
        JsonObject pod = Sample.Pod(name);
        pod["metadata"]!["ownerReferences"] = new JsonArray();
        return pod;
    }

    private static JsonObject Large(string name)
    {
        JsonObject pod = Sample.Pod(name);
        pod["spec"]!["containers"]![0]!["resources"] = JsonNode.Parse("""{"requests":{"cpu":"5"}}""");
        return pod;
    }
}

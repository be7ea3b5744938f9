using NodeManager.Conformance.Drain;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Progress;
using NodeManager.Drains;
using NodeManager.Kubernetes.Requests;

namespace NodeManager.Conformance.Roles;

/// <summary>deploy/rbac.yaml: what each role allows, and what is said where it does not.</summary>
public sealed class RoleTests
{
    private const string Viewers = "nodemanager-viewers";
    private const string Operators = "nodemanager-operators";

    [SkippableTheory]
    [AllBackends]
    public async Task A_viewer_reads_and_cannot_change(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        await cluster.AddBudgetAsync("web-budget", "web", "minAvailable", 1, allows: 1);
        NodeManagerSession session = await cluster.ConnectAsAsync("viewer-" + cluster.Id, Viewers);
        await WaitUntilAllowedAsync(session, cluster);

        ClusterNode node = Assert.Single(await ReadAsync(session, new() { Names = [full], Usage = true }));
        List<NodePod> pods = await NodePodReader.ReadAsync(session, full, null, null, default).ToListAsync();
        IReadOnlyList<ClusterStatistic> statistics = await ClusterStatisticReader.ReadAsync(
            session,
            "Zone",
            cluster.Selector,
            NullObserver.Instance,
            default
        );
        NodeDrainPlan plan = Assert.Single(await DrainPlanner.PlanAsync(session, [full], new(), default));

        Assert.Equal(2, node.PodCount);
        Assert.Equal(2, pods.Count);
        Assert.NotEmpty(statistics);
        Assert.All(plan.Pods, p => Assert.Equal(("Yes", 1), (p.FitsElsewhere, p.Budgets.Count)));
        Assert.False(plan.CanDrain);
        await AssertForbiddenAsync(
            "patch",
            "nodes",
            () => NodeEditor.SetLabelsAsync(session, full, new Dictionary<string, string> { ["a"] = "1" }, true, false, default)
        );
        await AssertForbiddenAsync("patch", "nodes", () => NodeEditor.SetUnschedulableAsync(session, full, true, false, default));
        NodeDrainResult result = Assert.Single(await DrainRun.DrainAsync(session, [full], new()));
        Assert.True(result.Status == NodeDrainStatus.Blocked, result.Describe());
        Assert.Contains(result.Blockers, b => b.Kind == "Permission" && b.Name == "patch nodes");
        Assert.NotEqual(true, (await cluster.GetAsync(Resources.Nodes, full)).Spec.Unschedulable);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task An_operator_can_label_taint_cordon_and_drain(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        (string full, string empty) = await cluster.AddFullAndEmptyNodeAsync("web", 3);
        await cluster.AddWorkloadAsync(Resources.DaemonSets, "DaemonSet", "agent", 2);
        await cluster.AddBudgetAsync("web-budget", "web", "maxUnavailable", 1, allows: 1);
        NodeManagerSession session = await cluster.ConnectAsAsync("operator-" + cluster.Id, Operators);
        await WaitUntilAllowedAsync(session, cluster);

        await NodeEditor.SetLabelsAsync(session, full, new Dictionary<string, string> { ["a"] = "1" }, false, false, default);
        await NodeEditor.SetAnnotationsAsync(session, full, new Dictionary<string, string> { ["a"] = "1" }, false, false, default);
        await NodeEditor.SetTaintsAsync(session, full, [new() { Key = "a", Effect = "PreferNoSchedule" }], false, false, default);
        NodeDrainResult result = Assert.Single(await DrainRun.DrainAsync(session, [full], new() { Reason = "by an operator" }));
        ClusterNode back = await NodeEditor.SetUnschedulableAsync(session, full, false, false, default);

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.Equal((3, 1), (result.Evicted, result.Skipped));
        // Conditions of nodes are told from 1.37 on, and need the node reporter's role besides.
        Assert.All(
            result.Warnings,
            warning => Assert.Contains("The conditions DrainInProgress and Drained", warning, StringComparison.Ordinal)
        );
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("web", 3));
        Assert.False(back.Unschedulable);
        await Eventually.HoldsAsync(
            "events about the node",
            async () =>
                (
                    await cluster.Client.ListAsync(
                        Resources.Events,
                        new() { Namespace = "default", FieldSelector = $"involvedObject.name={full}" },
                        default
                    )
                ).Items.Exists(e => e.Message?.Contains("by an operator", StringComparison.Ordinal) == true)
        );
    }

    [Fact]
    public async Task An_operator_can_create_EvictionRequests()
    {
        await using TestCluster cluster = await StartAsync(Backend.AlphaSandbox);
        (string full, string empty) = await cluster.AddFullAndEmptyNodeAsync("web", 2);
        NodeManagerSession session = await cluster.ConnectAsAsync("operator-" + cluster.Id, Operators);
        await WaitUntilAllowedAsync(session, cluster);

        NodeDrainResult result = Assert.Single(
            await DrainRun.DrainAsync(session, [full], new() { EvictionApi = EvictionApi.EvictionRequest })
        );

        Assert.True(result.Status == NodeDrainStatus.Drained, result.Describe());
        Assert.All(result.Pods, p => Assert.Equal(DrainPodOutcome.Evicted, p.Outcome));
        Assert.Equal([empty], await cluster.NodesOfReadyPodsAsync("web", 2));
        Assert.Empty((await cluster.Client.ListAsync(Resources.EvictionRequests, new() { Namespace = cluster.Namespace }, default)).Items);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Deletions_require_their_own_roles(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 1);
        string user = "operator-" + cluster.Id;
        NodeManagerSession session = await cluster.ConnectAsAsync(user, Operators);
        await WaitUntilAllowedAsync(session, cluster);

        NodeDrainResult refused = Assert.Single(await DrainRun.DrainAsync(session, [full], new() { DisableEviction = true }));
        await RoleManifest.BindAsync(cluster, "nodemanager-pod-remover", user);
        NodeDrainResult allowed = await Eventually.GetAsync(
            "a drain by deletion",
            async () => Assert.Single(await DrainRun.DrainAsync(session, [full], new() { DisableEviction = true })),
            r => r.Status != NodeDrainStatus.Blocked
        );
        await AssertForbiddenAsync("delete", "nodes", () => NodeEditor.DeleteAsync(session, full, false, false, default));
        await RoleManifest.BindAsync(cluster, "nodemanager-node-remover", user);
        await Eventually.HoldsAsync(
            "the node is deleted",
            async () =>
            {
                try
                {
                    await NodeEditor.DeleteAsync(session, full, false, false, default);
                    return true;
                }
                catch (NodeManagerException e) when (e.ErrorId == ErrorIds.Forbidden)
                {
                    return false;
                }
            }
        );

        Assert.True(refused.Status == NodeDrainStatus.Blocked, refused.Describe());
        Assert.Contains(refused.Blockers, b => b.Kind == "Permission" && b.Name.Contains("delete pods", StringComparison.Ordinal));
        Assert.True(allowed.Status == NodeDrainStatus.Drained, allowed.Describe());
        Assert.False(await cluster.ExistsAsync(Resources.Nodes, full));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Drain_conditions_require_their_own_role(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        string node = await cluster.AddNodeAsync(),
            user = "operator-" + cluster.Id;
        NodeManagerSession session = await cluster.ConnectAsAsync(user, Operators);
        await WaitUntilAllowedAsync(session, cluster);
        async Task<NodeDrainResult> DrainAsync() =>
            Assert.Single(await DrainRun.DrainAsync(session, [node], new() { Condition = ConditionUse.Always }));

        NodeDrainResult refused = await DrainAsync();
        await RoleManifest.BindAsync(cluster, "nodemanager-node-reporter", user);
        NodeDrainResult told = await Eventually.GetAsync("the conditions are written", DrainAsync, result => result.Warnings.Count == 0);

        Assert.Equal((NodeDrainStatus.Drained, NodeDrainStatus.Drained), (refused.Status, told.Status));
        Assert.Contains("nodes/status", Assert.Single(refused.Warnings), StringComparison.Ordinal);
        Assert.Contains(
            (await cluster.GetAsync(Resources.Nodes, node)).Status.Conditions!,
            c => c is { Type: NodeLifecycleCondition.Drained, Status: "True" }
        );
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Without_any_role_the_error_names_verb_and_resource(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        string node = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsAsync("nobody-" + cluster.Id);

        await AssertForbiddenAsync("list", "nodes", () => ReadAsync(session, new()));
        await AssertForbiddenAsync(
            "list",
            "pods",
            async () => await NodePodReader.ReadAsync(session, node, null, null, default).ToListAsync()
        );
        await AssertForbiddenAsync("patch", "nodes", () => NodeEditor.SetUnschedulableAsync(session, node, true, false, default));
        await AssertForbiddenAsync("get", "nodes", () => NodeWaiter.WaitAsync(session, node, "Ready", TimeSpan.Zero, default));
    }

    private static async Task<TestCluster> StartAsync(string backend)
    {
        TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, rbac: true);
        await RoleManifest.ApplyAsync(cluster);
        return cluster;
    }

    // The server takes a moment to hear of new bindings.
    private static Task WaitUntilAllowedAsync(NodeManagerSession session, TestCluster cluster) =>
        Eventually.HoldsAsync(
            "the role is known",
            async () =>
            {
                try
                {
                    await ReadAsync(session, new() { Selector = cluster.Selector });
                    return true;
                }
                catch (NodeManagerException e) when (e.ErrorId == ErrorIds.Forbidden)
                {
                    return false;
                }
            }
        );

    private static async Task AssertForbiddenAsync(string verb, string resource, Func<Task> action)
    {
        NodeManagerException e = await Assert.ThrowsAsync<NodeManagerException>(action);
        Assert.Equal((ErrorIds.Forbidden, ErrorKind.PermissionDenied), (e.ErrorId, e.Kind));
        Assert.Contains($"{verb} {resource}", e.Message, StringComparison.Ordinal);
        Assert.Contains($"'{verb}' on the resource '{resource}'", e.RecommendedAction!, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<ClusterNode>> ReadAsync(NodeManagerSession session, NodeQuery query) =>
        await NodeReader.ReadAsync(session, query, e => throw e, NullObserver.Instance, default).ToListAsync();
}

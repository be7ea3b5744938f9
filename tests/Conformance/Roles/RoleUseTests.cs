using System.Text.Json.Nodes;
using NodeManager.Conformance.Drain;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Maintenance;
using NodeManager.Core.Health;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Core.Placement;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Drains;
using NodeManager.Drains.Options;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;
using NodeManager.Monitoring;
using NodeManager.Monitoring.Repair;
using NodeManager.Monitoring.Repair.Execution;

namespace NodeManager.Conformance.Roles;

/// <summary>Each role of deploy/rbac.yaml suffices for what it is meant for, and grants nothing that this does not use.</summary>
public sealed class RoleUseTests
{
    private const string Operators = "nodemanager-operators";

    // A role of its own; without it a drain continues.
    private static readonly string[] Conditions = ["patch /nodes/status"];

    // Alpha.
    private static readonly string[] Lifecycle = ["lifecycle.k8s.io"];

    [SkippableTheory]
    [AllBackends]
    public async Task A_viewer_uses_all_of_its_permissions(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        string full = await FillAsync(cluster),
            user = "viewer-" + cluster.Id;
        NodeManagerSession session = await ConnectAsync(cluster, user, "nodemanager-viewers");

        await LookAsync(cluster, session, user, full);

        await cluster.SendAsync("DELETE", $"/api/v1/persistentvolumes/{VolumeTests.VolumeOf(cluster)}");

        await LookAtManyAsync(cluster, session);
        RoleUse.AssertNeeded(cluster, user, "nodemanager-viewer");
        RoleUse.AssertNeeded(cluster, user, "nodemanager-silence-reader");
    }

    [SkippableTheory]
    [AllBackends]
    [InlineData(Backend.AlphaSandbox)]
    public async Task An_operator_uses_all_of_its_permissions(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        string full = await FillAsync(cluster),
            user = "operator-" + cluster.Id;
        NodeManagerSession session = await ConnectAsync(cluster, user, Operators);
        bool isAlpha = backend == Backend.AlphaSandbox;

        await LookAsync(cluster, session, user, full);
        await NodeEditor.SetLabelsAsync(session, full, new Dictionary<string, string> { ["a"] = "1" }, false, false, default);
        await NodeEditor.SetTaintsAsync(session, full, [new() { Key = "a", Effect = "PreferNoSchedule" }], false, false, default);
        NodeDrainResult drained = Assert.Single(
            await DrainRun.DrainAsync(
                session,
                [full],
                new() { WaitForReplacement = true, EvictionApi = isAlpha ? EvictionApi.EvictionRequest : EvictionApi.Eviction }
            )
        );
        if (isAlpha)
        {
            await NodeEditor.SetUnschedulableAsync(session, full, false, false, default);
            await cluster.AddPodAsync("lone", full, static pod => pod["metadata"]!["labels"] = new JsonObject { ["app"] = "lone" });
            await cluster.AddBudgetAsync("never", "lone", "minAvailable", 1, allows: 0);

            // What is still asked for at the end is withdrawn.
            DrainOptions brief = new()
            {
                DeleteUnmanagedPods = true,
                EvictionApi = EvictionApi.EvictionRequest,
                Timeout = TimeSpan.FromSeconds(5),
            };
            Assert.Equal(NodeDrainStatus.TimedOut, Assert.Single(await DrainRun.DrainAsync(session, [full], brief)).Status);
            await cluster.DeleteBudgetAsync("never");
            // The request may have been worked off before it was withdrawn.
            await cluster.AddPodAsync("another", full);
            drained = Assert.Single(await DrainRun.DrainAsync(session, [full], new() { DeleteUnmanagedPods = true }));
        }

        MaintenanceOutcome held = await cluster.RunAsync(
            cluster.Maintain([full], work: _ => MaintenanceHolds.FindAsync(session, full, default))
        );
        await cluster.SendAsync("DELETE", $"/api/v1/persistentvolumes/{VolumeTests.VolumeOf(cluster)}");

        Assert.True(drained.Status == NodeDrainStatus.Drained, drained.Describe());
        Assert.True(held.Run.Status == NodeMaintenanceRunStatus.Completed, held.Run.Describe());
        await LookAtManyAsync(cluster, session);
        RoleUse.AssertNeeded(cluster, user, "nodemanager-operator", Conditions, isAlpha ? [] : Lifecycle);
        RoleUse.AssertNeeded(cluster, user, "nodemanager-events", Conditions);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task Roles_for_deletions_and_conditions_are_used_completely(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        (string full, _) = await cluster.AddFullAndEmptyNodeAsync("web", 1);
        string user = "remover-" + cluster.Id;
        string[] roles = ["nodemanager-pod-remover", "nodemanager-node-remover", "nodemanager-node-reporter"];
        foreach (string role in roles)
            await RoleManifest.BindAsync(cluster, role, user);
        NodeManagerSession session = await ConnectAsync(cluster, user, Operators);
        await WaitForAsync(
            session,
            new()
            {
                Verb = "patch",
                Resource = "nodes",
                Subresource = "status",
            }
        );

        NodeDrainResult drained = Assert.Single(
            await DrainRun.DrainAsync(session, [full], new() { DisableEviction = true, Condition = ConditionUse.Always })
        );
        await NodeEditor.DeleteAsync(session, full, false, false, default);

        Assert.True(drained.Status == NodeDrainStatus.Drained, drained.Describe());
        Assert.All(roles, role => RoleUse.AssertNeeded(cluster, user, role));
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_role_for_surges_is_used_completely(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        string full = await cluster.AddNodeAsync(),
            user = "surger-" + cluster.Id;
        await cluster.AddWorkloadAsync(Resources.Deployments, "Deployment", "web", 1);
        await cluster.WaitForAsync(
            Resources.Deployments,
            "web",
            static d => d.Status.AvailableReplicas == 1 && d.Status.ObservedGeneration == d.Metadata.Generation
        );
        await cluster.CreateAsync(Resources.Nodes, Manifests.Node($"node-{cluster.Id}-empty", cluster.Mark));
        await cluster.AddBudgetAsync("one", "web", "minAvailable", 1, allows: 0);
        await RoleManifest.BindAsync(cluster, "nodemanager-surger", user);
        NodeManagerSession session = await ConnectAsync(cluster, user, Operators);
        await WaitForAsync(
            session,
            new()
            {
                Verb = "patch",
                Group = "apps",
                Resource = "deployments",
            }
        );

        NodeDrainResult drained = Assert.Single(await DrainRun.DrainAsync(session, [full], new() { Surge = true }));

        Assert.True(drained.Status == NodeDrainStatus.Drained, drained.Describe());
        RoleUse.AssertNeeded(cluster, user, "nodemanager-surger", Conditions);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_maintainer_uses_all_of_its_permissions(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        string node = await cluster.AddNodeAsync(),
            user = "maintainer-" + cluster.Id;
        NodeManagerSession session = await ConnectAsync(cluster, user, Operators, "nodemanager-maintainers");
        MaintenanceRequest request = cluster.Maintain([node]) with { Namespace = MaintenanceRequest.DefaultNamespace };
        await WaitForAsync(
            session,
            new()
            {
                Verb = "create",
                Resource = "configmaps",
                Namespace = request.Namespace,
            }
        );

        MaintenanceOutcome done = await NodeMaintainer.RunAsync(session, request, new MaintenanceLog(), default);
        Assert.NotEmpty(await MaintenanceReader.ReadAsync(session, [], request.Namespace, 100, default));
        Assert.NotEmpty(await MaintenanceReader.ReadAsync(session, [done.Run.Id], request.Namespace, 1, default));
        // As if a server had carried it out.
        await DetachedLab.InstallAsync(cluster);
        const string Requests = "/apis/nodemanager.io/v1alpha1/namespaces/nodemanager/nodemaintenancerequests";
        await cluster.EnsureAsync(
            Requests,
            new()
            {
                ["apiVersion"] = "nodemanager.io/v1alpha1",
                ["kind"] = "NodeMaintenanceRequest",
                ["metadata"] = new JsonObject { ["name"] = done.Run.Id },
                ["spec"] = new JsonObject { ["type"] = "Maintenance", ["nodes"] = new JsonArray(new JsonObject { ["name"] = node }) },
            }
        );
        await cluster.SendAsync(
            "PATCH",
            $"{Requests}/{done.Run.Id}/status",
            """{"status":{"phase":"Completed","endedAt":"2026-01-01T00:00:00Z"}}""",
            "application/merge-patch+json"
        );
        await MaintenanceRemover.RemoveAsync(session, done.Run.Id, request.Namespace, false, default);

        Assert.True(done.Run.Status == NodeMaintenanceRunStatus.Completed, done.Run.Describe());
        RoleUse.AssertNeeded(cluster, user, "nodemanager-maintainer", Conditions);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_repairer_uses_all_of_its_permissions(string backend)
    {
        await using TestCluster cluster = await StartAsync(backend);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        string user = "repairer-" + cluster.Id;
        await RoleManifest.BindAsync(cluster, "nodemanager-repairer", user);
        NodeManagerSession session = await ConnectAsync(cluster, user, Operators, "nodemanager-maintainers");
        await WaitForAsync(session, new() { Verb = "watch", Resource = "events" });
        await WaitForAsync(
            session,
            new()
            {
                Verb = "create",
                Group = "coordination.k8s.io",
                Resource = "leases",
                Namespace = MaintenanceRequest.DefaultNamespace,
            }
        );
        await cluster.AnnotateAsync(Resources.Nodes, nodes[0], "ready", "false");
        await cluster.WaitForAsync(Resources.Nodes, nodes[0], static node => !node.Status.Conditions.IsTrue("Ready"));
        RepairRequest request = new()
        {
            Session = session,
            Selector = cluster.Selector,
            Policy = new()
            {
                UnhealthyFor = TimeSpan.Zero,
                CoolDown = TimeSpan.Zero,
                MinHealthy = "50%",
            },
        };
        List<NodeRepairResult> results = [];

        await NodeRepairer.RunAsync(request, (result, _) => results.Add(result), NullObserver.Instance, default);

        NodeRepairResult drained = Assert.Single(results);
        Assert.True(drained.Status == NodeRepairStatus.Drained, drained.Message);
        RoleUse.AssertNeeded(cluster, user, "nodemanager-repairer", Conditions);
    }

    private static async Task<TestCluster> StartAsync(string backend)
    {
        TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, rbac: true, quickLeases: true);
        await RoleManifest.ApplyAsync(cluster);
        return cluster;
    }

    private static async Task<NodeManagerSession> ConnectAsync(TestCluster cluster, string user, params string[] groups)
    {
        NodeManagerSession session = await cluster.ConnectAsAsync(user, groups);
        await Eventually.HoldsAsync(
            "the role is known",
            async () => (await cluster.SendAsAsync(user, groups, "GET", "/api/v1/nodes")).Code == System.Net.HttpStatusCode.OK
        );
        return session;
    }

    // The server takes a moment to hear of new bindings.
    private static Task WaitForAsync(NodeManagerSession session, ResourceAttributes right) =>
        Eventually.HoldsAsync(
            "the role is known",
            async () => (await session.Connection().Client.ReviewAccessAsync(right, default)).Allowed
        );

    /// <summary>A node with a pod of each kind of workload, and another node for their successors.</summary>
    private static async Task<string> FillAsync(TestCluster cluster)
    {
        string full = await cluster.AddNodeAsync();
        await cluster.AddWorkloadAsync(Resources.Deployments, "Deployment", "web", 1);
        await cluster.AddReplicaSetAsync("bare", 1);
        await cluster.AddWorkloadAsync(Resources.DaemonSets, "DaemonSet", "agent", 1);
        await VolumeTests.AddDatabaseAsync(cluster, full, isAttached: false);
        await cluster.AddBudgetAsync("web", "web", "maxUnavailable", 1, allows: 1);
        await cluster.CreateAsync(Resources.Nodes, Manifests.Node($"node-{cluster.Id}-empty", cluster.Mark));
        return full;
    }

    private static async Task LookAsync(TestCluster cluster, NodeManagerSession session, string user, string node)
    {
        Assert.NotEmpty(await ClusterIdentity.ReadAsync(session.Connection().Client, default));
        foreach (
            NodeQuery query in (NodeQuery[])[new() { Selector = cluster.Selector, Usage = true }, new() { Names = [node], Usage = true }]
        )
            Assert.NotEmpty(await NodeReader.ReadAsync(session, query, e => throw e, NullObserver.Instance, default).ToListAsync());
        Assert.NotEmpty(await NodePodReader.ReadAsync(session, node, null, null, default).ToListAsync());
        Assert.NotEmpty(await ClusterStatisticReader.ReadAsync(session, "Zone", cluster.Selector, NullObserver.Instance, default));
        Assert.NotNull(await NodeWaiter.WaitAsync(session, node, "Ready", TimeSpan.FromSeconds(30), default));
        await foreach (NodeChange _ in NodeWatcher.WatchAsync(session, new() { Selector = cluster.Selector }, true, default))
            break;
        Assert.Single(await DrainPlanner.PlanAsync(session, [node], new(), default));
        Assert.NotEmpty(
            await NodeSelections.SelectAsync(
                session,
                new()
                {
                    Strategy = NodeSelectionStrategy.Random,
                    Pod = WithClaim(),
                    Explain = true,
                },
                NullObserver.Instance,
                default
            )
        );
        Assert.Single(await NodeHealthChecks.TestAsync(session, new() { Names = [node] }, e => throw e, NullObserver.Instance, default));
        await MonitorAsync(cluster, session, user, node);
    }

    // Lets a monitor see the node, by what the role may read.
    private static async Task MonitorAsync(TestCluster cluster, NodeManagerSession session, string user, string node)
    {
        RunningOperation monitor = HealthMonitoring.Start(new MonitorRequest { Session = session, Names = [node] });
        List<OperationMessage> told = [];
        using CancellationTokenSource limit = new(Eventually.Limit);
        await foreach (OperationEvent happened in monitor.ReadAsync(0, limit.Token))
        {
            if (happened is OperationMessage message)
                told.Add(message);
            if (told is [.., var last] && last.Text.StartsWith("Monitoring ", StringComparison.Ordinal))
                break;
        }

        // It does not wait for pools, which need not exist.
        await Eventually.HoldsAsync(
            "a read of the pools",
            () => Task.FromResult(cluster.RequestsOf(user).Any(static one => one.Request.Resource == "nodesmithpools"))
        );
        monitor.Cancel();
        await monitor.Completion.WaitAsync(Eventually.Limit);
        Assert.Empty(monitor.Failures);
        Assert.DoesNotContain(told, static one => one.Level == OperationLogLevel.Warning);
    }

    /// <summary>Leases of more than eight nodes are listed; those of few are read by name.</summary>
    private static async Task LookAtManyAsync(TestCluster cluster, NodeManagerSession session)
    {
        for (int i = 1; i <= 9; i++)
            await cluster.CreateAsync(Resources.Nodes, Manifests.Node($"node-{cluster.Id}-many-{i}", cluster.Mark));
        Assert.NotEmpty(
            await NodeHealthChecks.TestAsync(session, new() { Selector = cluster.Selector }, e => throw e, NullObserver.Instance, default)
        );
    }

    private static Pod WithClaim() =>
        new()
        {
            Spec = new()
            {
                Containers = [new() { Name = "a" }],
                Volumes =
                [
                    new()
                    {
                        Name = "data",
                        PersistentVolumeClaim = new() { ClaimName = "none" },
                    },
                ],
            },
        };
}

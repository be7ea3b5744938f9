using System.Net;
using NodeManager.Autoscaling.NodePools;
using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Rolling;
using NodeManager.Core.Progress;
using NodeManager.Maintenance.Options;
using NodeManager.NodePools;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Planning;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Options;

namespace NodeManager.Conformance.Roles;

/// <summary>The role for pools of the cluster suffices for the commands on them, and grants nothing that they do not use.</summary>
public sealed class PoolRoleTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_pool_operator_uses_all_of_its_permissions(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, rbac: true, plane: false, machines: null);
        await RoleManifest.ApplyAsync(lab.Cluster);
        // A plan reads what buffers refer to only where there is a buffer.
        await NodeSmithDefinitions.InstallBuffersAsync(lab.Cluster);
        await lab.Cluster.SendAsync(
            "POST",
            $"/apis/autoscaling.x-k8s.io/v1beta1/namespaces/{lab.Namespace}/capacitybuffers",
            """
            {"apiVersion":"autoscaling.x-k8s.io/v1beta1","kind":"CapacityBuffer","metadata":{"name":"spare"},"spec":{"podTemplateRef":{"name":"none"},"replicas":1}}
            """
        );
        string user = "pools-" + lab.Cluster.Id;
        await RoleManifest.BindAsync(lab.Cluster, "nodemanager-viewer", user);
        await RoleManifest.BindAsync(lab.Cluster, "nodemanager-pool-operator", user);
        NodeManagerSession session = await lab.Cluster.ConnectAsAsync(user);
        PoolContext context = new(session, new ClusterPoolProvider(session, lab.Namespace)) { HomeCluster = session.Cluster };
        PoolEdit more = new() { Patch = static _ => new() { ["nodeCount"] = 1 } };

        foreach (string name in (string[])["web", "batch"])
        {
            PoolDraft draft = new(
                name,
                session.Cluster,
                new()
                {
                    ["providerRef"] = "sim",
                    ["limits"] = new System.Text.Json.Nodes.JsonObject
                    {
                        ["minNodes"] = 0,
                        ["maxNodes"] = 3,
                        ["cpuCores"] = 0,
                        ["memoryMiB"] = 0,
                    },
                }
            );
            await PoolCreator.CreateAsync(context, draft, NullObserver.Instance, default);
        }

        NodePoolPlan plan = await PoolPlanner.PlanChangeAsync(context, new() { Name = "web" }, more, NullObserver.Instance, default);
        NodePool changed = await PoolEditor.ApplyAsync(context, new() { Name = "web" }, more, NullObserver.Instance, default);
        await PoolStatusReporter.ReportAsync(
            context,
            new() { Id = changed.Id },
            new()
            {
                Controller = "backup.example.com",
                ObservedGeneration = 0,
                Conditions = [new() { Type = "Backed", Status = "True" }],
            },
            default
        );
        NodePool? seen = await PoolWaiter.WaitAsync(
            context,
            new() { Name = "web" },
            "Backed=True",
            TimeSpan.FromMinutes(10),
            NullObserver.Instance,
            default
        );
        await PoolEditor.DeleteAsync(context, new() { Name = "web" }, default);

        Assert.True(plan.IsCertain, string.Join(' ', plan.Warnings));
        Assert.Equal((2L, "backup.example.com"), (seen!.Generation, Assert.Single(seen.Status!.Controllers).Name));
        RoleUse.AssertNeeded(lab.Cluster, user, "nodemanager-pool-operator");
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_pool_updater_uses_all_of_its_permissions(string backend)
    {
        await using RollLab lab = await RollLab.StartAsync(backend, 2, rbac: true);
        await RoleManifest.ApplyAsync(lab.Cluster);
        string user = "updates-" + lab.Cluster.Id;
        foreach (string role in (string[])["nodemanager-viewer", "nodemanager-operator", "nodemanager-pool-updater"])
            await RoleManifest.BindAsync(lab.Cluster, role, user);
        NodeManagerSession session = await lab.Cluster.ConnectAsAsync(user);
        await lab.RelabelAsync("b");

        Assert.Equal(2, (await PoolUpdatePlanner.PlanAsync(session, lab.Request(), NullObserver.Instance, default)).Count);
        using CancellationTokenSource stop = new();
        Task<PoolUpdateOutcome> first = PoolUpdates.RunAsync(
            session,
            lab.Request(new() { Soak = TimeSpan.FromHours(9) }),
            NullObserver.Instance,
            stop.Token
        );
        await lab.WaitForUpdateAsync("an update", static update => update.Status == NodePoolUpdateStatus.Running);
        await PoolUpdates.ChangeAsync(session, new(lab.Lab.Namespace), RollLab.Pool, new() { Stop = true }, false, default);
        Assert.Equal(NodePoolUpdateStatus.Stopped, (await first).Update.Status);
        PoolUpdateOutcome outcome = await PoolUpdates.RunAsync(session, lab.Request(), NullObserver.Instance, default);
        NodePoolUpdate seen = Assert.Single(await PoolUpdates.ReadAsync(session, new(lab.Lab.Namespace), [], default));

        Assert.True(outcome.Update.Status == NodePoolUpdateStatus.Completed, RollLab.Describe(outcome.Update));
        Assert.Equal(outcome.Update.Id, seen.Id);
        // A drain works without reporting conditions, and without Events, which are roles of their own.
        RoleUse.AssertNeeded(lab.Cluster, user, "nodemanager-pool-updater", ["patch /nodes/status", "create /events"]);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task A_maintainer_updates_pools_of_a_service(string backend)
    {
        await using ServiceRollLab lab = await ServiceRollLab.StartAsync(2, backend: backend, rbac: true);
        await RoleManifest.ApplyAsync(lab.Cluster);
        string user = "service-updates-" + lab.Cluster.Id;
        string[] groups = ["nodemanager-operators", "nodemanager-maintainers"];
        // A real server takes a moment to hear of new bindings.
        await Eventually.HoldsAsync(
            "the roles",
            async () =>
                (
                    await lab.Cluster.SendAsAsync(
                        user,
                        groups,
                        "GET",
                        $"/api/v1/namespaces/{MaintenanceRequest.DefaultNamespace}/configmaps"
                    )
                ).Code == HttpStatusCode.OK
        );
        NodeManagerSession session = await lab.Cluster.ConnectAsAsync(user, groups);
        PoolContext pools = new(session, lab.Home.Provider) { HomeCluster = lab.Home.ClusterId };
        PoolUpdateRequest Request(PoolUpdateOptions options, string machineType) =>
            lab.Request(options, context: pools, machineType: machineType) with
            {
                Namespace = MaintenanceRequest.DefaultNamespace,
            };
        PoolUpdatePlace place = new(MaintenanceRequest.DefaultNamespace, NodePoolProvider.Service);

        // The service rolls, which is followed and read; then a second pool that another process gives up.
        PoolUpdateOutcome followed = await PoolUpdates.RunAsync(
            session,
            Request(new() { Strategy = PoolUpdateStrategy.Follow }, "n1-standard-8"),
            NullObserver.Instance,
            default
        );
        Assert.Equal(
            2,
            (
                await PoolUpdatePlanner.PlanAsync(
                    session,
                    Request(new() { Strategy = PoolUpdateStrategy.BlueGreen }, "n1-standard-4"),
                    NullObserver.Instance,
                    default
                )
            ).Count
        );
        Task<PoolUpdateOutcome> replacing = PoolUpdates.RunAsync(
            session,
            Request(new() { Strategy = PoolUpdateStrategy.BlueGreen, KeepOld = TimeSpan.FromHours(9) }, "n1-standard-4"),
            NullObserver.Instance,
            default
        );
        await Eventually.GetAsync(
            // A pattern: until the update is stored, its name is not found.
            "drained nodes",
            async () =>
                (await PoolUpdates.ReadAsync(session, place, [ServiceRollLab.Pool + "*"], default)).SingleOrDefault(static one =>
                    one.Pool == ServiceRollLab.Pool
                ),
            static update => update?.Nodes.Count(static one => one.Status == NodePoolUpdateNodeStatus.Drained) == 2
        );
        await PoolUpdates.ChangeAsync(session, place, ServiceRollLab.Pool, new() { Rollback = true }, false, default);
        PoolUpdateOutcome undone = await replacing;

        Assert.True(followed.Update.Status == NodePoolUpdateStatus.Completed, RollLab.Describe(followed.Update));
        Assert.True(undone.Update.Status == NodePoolUpdateStatus.RolledBack, RollLab.Describe(undone.Update));
        Assert.DoesNotContain(ServiceRollLab.Second, await lab.PoolNamesAsync());
        // A drain works without reporting conditions, and without Events, which are roles of their own.
        RoleUse.AssertSuffices(
            lab.Cluster,
            user,
            "nodemanager-operator with nodemanager-maintainer",
            ["patch /nodes/status", "create /events"]
        );
    }
}

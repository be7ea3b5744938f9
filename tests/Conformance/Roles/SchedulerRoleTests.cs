using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Scheduler;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Requests;
using NodeManager.SchedulerControl.Discovery;
using NodeManager.SchedulerControl.Health;
using NodeManager.SchedulerControl.Restarts;
using NodeManager.SchedulerControl.Revisions;

namespace NodeManager.Conformance.Roles;

/// <summary>The scheduler's roles of deploy/rbac.yaml on a real API server. They are of kube-system, where the first seed's scheduler lives.</summary>
public sealed class SchedulerRoleTests
{
    private const string System = "kube-system";

    [SkippableFact]
    public async Task A_scheduler_viewer_reads_and_an_operator_changes_and_restarts()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.Real, workloads: true);
        await RoleManifest.ApplyAsync(cluster);
        await cluster.AddNodesAsync(1);
        string viewer = "scheduler-viewer-" + cluster.Id,
            operating = "scheduler-operator-" + cluster.Id;
        await RoleManifest.BindInAsync(cluster, System, "nodemanager-scheduler-viewer", viewer);
        await RoleManifest.BindAsync(cluster, "nodemanager-scheduler-health", viewer);
        await RoleManifest.BindInAsync(cluster, System, "nodemanager-scheduler-operator", operating);
        await AddSchedulerAsync(cluster);
        try
        {
            await LookAsync(cluster, viewer);
            await OperateAsync(cluster, operating);
        }
        finally
        {
            await cluster.Client.DeleteAsync(Resources.Deployments, SchedulerManifests.Deployment, System, new(), default);
            await cluster.Client.DeleteAsync(Resources.ConfigMaps, SchedulerManifests.ConfigMap, System, new(), default);
            foreach (ControllerRevision kept in await KeptAsync(cluster))
                await cluster.Client.DeleteAsync(Resources.ControllerRevisions, kept.Metadata.Name, System, new(), default);
        }
    }

    private static async Task LookAsync(TestCluster cluster, string user)
    {
        NodeManagerSession session = await cluster.ConnectAsAsync(user);
        ClusterScheduler scheduler = await FindAsync(session);

        SchedulerConfiguration configuration = await SchedulerConfigurationReader.ReadAsync(
            session,
            scheduler,
            NullObserver.Instance,
            default
        );
        IReadOnlyList<SchedulerHealthFinding> health = await SchedulerHealth.CheckAsync(session, scheduler, default);

        Assert.Equal(SchedulerManifests.Text, configuration.Text);
        Assert.Empty(await SchedulerBackups.ListAsync(session, scheduler, default));
        Assert.DoesNotContain(health, finding => finding is { Status: SchedulerHealthStatus.Unknown, Check: not "Revision" });
        NodeManagerException refused = await Assert.ThrowsAsync<NodeManagerException>(() =>
            SchedulerManifests.ChangeAsync(session, scheduler, SchedulerManifests.Enable(scheduler, "TargetLoadPacking"))
        );
        Assert.Equal(ErrorIds.Forbidden, refused.ErrorId);
        Assert.Contains("patch configmaps", refused.Message, StringComparison.Ordinal);
        Assert.Empty(await KeptAsync(cluster));
        await Assert.ThrowsAsync<NodeManagerException>(() =>
            SchedulerRestarter.RestartAsync(session, scheduler, new(), NullObserver.Instance, default)
        );
    }

    private static async Task OperateAsync(TestCluster cluster, string user)
    {
        NodeManagerSession session = await cluster.ConnectAsAsync(user);
        ClusterScheduler scheduler = await FindAsync(session);
        var told = new Listener();

        foreach (string plugin in (string[])["TargetLoadPacking", "SySched", "LoadVariationRiskBalancing"])
            await SchedulerManifests.ChangeAsync(
                session,
                scheduler,
                SchedulerManifests.Enable(scheduler, plugin) with
                {
                    RevisionLimit = 2,
                },
                told
            );
        await SchedulerRestarter.CheckAsync(session, scheduler, default);
        SchedulerRestartResult result = await SchedulerRestarter.RestartAsync(
            session,
            scheduler,
            new() { Timeout = Eventually.Limit },
            told,
            default
        );

        Assert.True(result.Status == SchedulerRestartStatus.Restarted, result.Message);
        Assert.DoesNotContain(told.Warnings, warning => warning.Contains("forbidden", StringComparison.OrdinalIgnoreCase));
        Assert.Equal([3, 4], (await KeptAsync(cluster)).Select(kept => kept.Revision));
        Assert.Contains(
            (
                await cluster.Client.ListAsync(
                    Resources.Events,
                    new() { Namespace = System, FieldSelector = "reason=SchedulerRestarted" },
                    default
                )
            ).Items,
            one => one.InvolvedObject.Name == SchedulerManifests.Deployment
        );
        foreach (
            (string verb, string resource, string? name) in ((string, string, string?)[])
                [
                    ("patch", "configmaps", "another"),
                    ("delete", "configmaps", SchedulerManifests.ConfigMap),
                    ("get", "secrets", "any"),
                    ("delete", "pods", "any"),
                ]
        )
            Assert.False(
                (
                    await session
                        .Connection()
                        .Client.ReviewAccessAsync(
                            new()
                            {
                                Verb = verb,
                                Resource = resource,
                                Name = name,
                                Namespace = System,
                            },
                            default
                        )
                ).Allowed,
                $"{verb} {resource}"
            );
    }

    // The server takes a moment to hear of new bindings.
    private static Task<ClusterScheduler> FindAsync(NodeManagerSession session) =>
        Eventually.GetAsync<ClusterScheduler>(
            "the role is known",
            async () =>
            {
                try
                {
                    return Assert.Single(await SchedulerFinder.FindAsync(session, new() { Namespace = System }, default));
                }
                catch (NodeManagerException refused) when (refused.ErrorId == ErrorIds.Forbidden)
                {
                    return null!;
                }
            },
            found => found is not null
        );

    private static async Task AddSchedulerAsync(TestCluster cluster)
    {
        JsonObject map = SchedulerManifests.Map(SchedulerManifests.Text, SchedulerManifests.ConfigMap);
        await cluster.CreateAsync(Resources.ConfigMaps, map, System);
        await cluster.CreateAsync(Resources.Deployments, SchedulerManifests.Manifest(cluster), System);
    }

    private static async Task<IReadOnlyList<ControllerRevision>> KeptAsync(TestCluster cluster) =>
        [
            .. (
                await cluster.Client.ListAsync(
                    Resources.ControllerRevisions,
                    new() { Namespace = System, LabelSelector = "app.kubernetes.io/managed-by=nodemanager" },
                    default
                )
            ).Items.OrderBy(kept => kept.Revision),
        ];
}

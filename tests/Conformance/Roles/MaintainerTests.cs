using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Maintenance;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Options;

namespace NodeManager.Conformance.Roles;

/// <summary>deploy/rbac.yaml on a real API server: what maintaining a fleet takes.</summary>
public sealed class MaintainerTests
{
    private static readonly string[] Groups = ["nodemanager-operators", "nodemanager-maintainers"];

    [SkippableFact]
    public async Task A_maintainer_runs_and_resumes_fleet_maintenance()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.Real, workloads: true, quickLeases: true);
        await RoleManifest.ApplyAsync(cluster);
        IReadOnlyList<string> nodes = await cluster.AddNodesAsync(2);
        await cluster.AddReplicaSetAsync("web", 2);
        NodeManagerSession session = await cluster.ConnectAsAsync("maintainer-" + cluster.Id, Groups);
        MaintenanceRequest request = cluster.Maintain(
            nodes,
            work: node => node.Name == nodes[1] ? throw new InvalidOperationException("no disk space") : Task.CompletedTask
        ) with
        {
            Namespace = MaintenanceRequest.DefaultNamespace,
        };

        MaintenanceOutcome failed =
            await Eventually.GetAsync("a maintenance", async () => await TryAsync(session, request), outcome => outcome is not null)
            ?? throw new InvalidOperationException();
        NodeManagerSession viewer = await cluster.ConnectAsAsync("viewer-" + cluster.Id, "nodemanager-viewers");
        NodeMaintenanceRun shown = Assert.Single(
            await MaintenanceReader.ReadAsync(viewer, [failed.Run.Id], MaintenanceRequest.DefaultNamespace, 1, default)
        );
        MaintenanceOutcome mended = await NodeMaintainer.RunAsync(
            session,
            request with
            {
                Nodes = [],
                ResumeId = failed.Run.Id,
                Work = (_, _) => Task.FromResult<IReadOnlyList<object>>([]),
            },
            new MaintenanceLog(),
            default
        );

        Assert.True(failed.Run.Status == NodeMaintenanceRunStatus.Stopped, failed.Run.Describe());
        // Read again while no process holds it, without the permission to get single records.
        Assert.Equal(NodeMaintenanceRunStatus.Stopped, shown.Status);
        Assert.True(mended.Run.Status == NodeMaintenanceRunStatus.Completed, mended.Run.Describe());
        Assert.Equal(
            NodeMaintenanceRunStatus.Completed,
            Assert
                .Single(await MaintenanceReader.ReadAsync(session, [failed.Run.Id], MaintenanceRequest.DefaultNamespace, 1, default))
                .Status
        );
        await cluster.AssertBackInServiceAsync(nodes);
    }

    [SkippableFact]
    public async Task An_operator_without_the_role_is_refused_before_a_node_is_changed()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(Backend.Real, workloads: true, quickLeases: true);
        await RoleManifest.ApplyAsync(cluster);
        string node = await cluster.AddNodeAsync();
        NodeManagerSession session = await cluster.ConnectAsAsync("operator-" + cluster.Id, Groups[0]);
        MaintenanceRequest request = cluster.Maintain([node]) with { Namespace = MaintenanceRequest.DefaultNamespace };

        NodeManagerException refused = await Eventually.GetAsync(
            "a refusal",
            () => Assert.ThrowsAsync<NodeManagerException>(() => NodeMaintainer.RunAsync(session, request, new MaintenanceLog(), default)),
            // The server takes a moment to hear of new bindings.
            e => !e.Message.Contains("nodes", StringComparison.Ordinal)
        );

        Assert.Equal(ErrorIds.Forbidden, refused.ErrorId);
        Assert.Contains("'create' on the resource 'leases", refused.RecommendedAction!, StringComparison.Ordinal);
        await cluster.AssertBackInServiceAsync([node]);
    }

    private static async Task<MaintenanceOutcome?> TryAsync(NodeManagerSession session, MaintenanceRequest request)
    {
        try
        {
            return await NodeMaintainer.RunAsync(session, request, new MaintenanceLog(), default);
        }
        catch (NodeManagerException e) when (e.ErrorId == ErrorIds.Forbidden)
        {
            return null;
        }
    }
}

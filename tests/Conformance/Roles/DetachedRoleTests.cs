using System.Net;
using System.Text.Json.Nodes;
using NodeManager.Conformance.Harness;
using NodeManager.Conformance.Maintenance;
using NodeManager.Core.Progress;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Maintenance;
using NodeManager.Maintenance.Detached;
using NodeManager.Maintenance.Options;

namespace NodeManager.Conformance.Roles;

/// <summary>Who may leave work to the server, and what the server itself may do: deploy/rbac.yaml and deploy/server.</summary>
public sealed class DetachedRoleTests
{
    private const string Account = "system:serviceaccount:nodemanager:nodemanager-server";

    [SkippableTheory]
    [AllBackends]
    public async Task Detached_requests_require_their_own_role_and_the_roles_of_deploy_are_sufficient(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, rbac: true, quickLeases: true);
        await RoleManifest.ApplyAsync(cluster);
        await DetachedLab.InstallAsync(cluster);
        await RoleManifest.ApplyAsync(cluster, "server/rbac.yaml");
        string node = await cluster.AddNodeAsync(),
            user = "detacher-" + cluster.Id,
            editor = "editor-" + cluster.Id;
        await cluster.AddPodAsync("lone", node);
        await RoleManifest.BindAsync(cluster, "nodemanager-detacher", user);
        await cluster.EnsureAsync("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", Binding(editor, "edit"));
        NodeManagerSession server = await cluster.ConnectAsAsync(Account, "system:serviceaccounts", "system:serviceaccounts:nodemanager");
        NodeManagerSession asker = await cluster.ConnectAsAsync(user, "nodemanager-viewers");
        await KnownAsync(asker, "create", "nodemaintenancerequests");
        await KnownAsync(server, "list", "nodemaintenancerequests");
        await using DetachedLab lab = new(cluster);
        lab.Serve(server, MaintenanceRequest.DefaultNamespace);

        NodeMaintenanceRun drain = await SubmitAsync(asker, node, new() { Drain = new() { DeleteUnmanagedPods = true } }, isDrain: true);
        NodeMaintenanceRun drained = await MaintenanceWaiter.WaitAsync(
            asker,
            drain.Id,
            drain.Namespace,
            Eventually.Limit,
            NullObserver.Instance,
            default
        );
        Assert.True(drained.Status == NodeMaintenanceRunStatus.Completed, drained.Describe());
        NodeMaintenanceRun fleet = await SubmitAsync(asker, node, new(), isDrain: false);
        NodeMaintenanceRun maintained = await MaintenanceWaiter.WaitAsync(
            asker,
            fleet.Id,
            fleet.Namespace,
            Eventually.Limit,
            NullObserver.Instance,
            default
        );
        Assert.True(maintained.Status == NodeMaintenanceRunStatus.Completed, maintained.Describe());
        // A drain of the REST API, which the server stores under its own account; and one that it stops.
        string uid = (await cluster.GetAsync(Resources.Nodes, node)).Metadata.Uid!;
        StoredDrain stored = await DetachedSubmitter.StoreAsync(server, drain.Namespace, [new(node, uid)], user, new(), default);
        NodeMaintenanceRun carriedOut = await MaintenanceWaiter.WaitAsync(
            asker,
            stored.Id,
            drain.Namespace,
            Eventually.Limit,
            NullObserver.Instance,
            default
        );
        Assert.True(carriedOut is { Status: NodeMaintenanceRunStatus.Completed } && carriedOut.StartedBy == user, carriedOut.Describe());
        Assert.Equal(stored.Id, (await StoredDrains.FindAsync(server, drain.Namespace, stored.Id, default))?.Id);
        await StoredDrains.StopAsync(server, stored, default);
        // Not before the day after tomorrow: stopped before it begins.
        NodeMaintenanceRun late = await SubmitAsync(asker, node, new() { Windows = [Tomorrow()] }, isDrain: true);
        Assert.True(await MaintenanceStopper.StopAsync(asker, late.Id, late.Namespace, default));
        RoleUse.AssertNeeded(cluster, user, "nodemanager-detacher", ["list /configmaps"]);

        // Operators drain by their own rights, and editors have none: neither may use the server's.
        foreach (
            (string who, string group) in (IEnumerable<(string, string)>)
                [("operator-" + cluster.Id, "nodemanager-operators"), ("viewer-" + cluster.Id, "nodemanager-viewers"), (editor, "nobody")]
        )
        {
            WireAnswer answer = await cluster.SendAsAsync(
                who,
                [group],
                "POST",
                "/apis/nodemanager.io/v1alpha1/namespaces/nodemanager/nodemaintenancerequests",
                $$"""
                {"apiVersion":"nodemanager.io/v1alpha1","kind":"NodeMaintenanceRequest","metadata":{"name":"by-{{who}}"},"spec":{"type":"Drain","nodes":[{"name":"{{node}}"}]} }
                """
            );
            Assert.True(answer.Code == HttpStatusCode.Forbidden, $"{who}: {answer.Text}");
        }

        Assert.DoesNotContain(
            RoleManifest.Documents.Concat(RoleManifest.Read("server/rbac.yaml")),
            static one => one["metadata"]!["labels"]?.ToJsonString().Contains("aggregate-to", StringComparison.Ordinal) == true
        );
        await lab.StopAsync();
        await MaintenanceRemover.RemoveAsync(await cluster.ConnectAsync(), fleet.Id, fleet.Namespace, true, default);
    }

    [SkippableTheory]
    [AllBackends]
    public async Task The_manifests_of_the_server_are_accepted(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, quickLeases: true);
        await RoleManifest.ApplyAsync(cluster);
        await DetachedLab.InstallAsync(cluster);
        await RoleManifest.ApplyAsync(cluster, "server/rbac.yaml");
        await RoleManifest.ApplyAsync(cluster, "server/deployment.yaml");

        JsonNode made = (await cluster.SendAsync("GET", "/apis/apps/v1/namespaces/nodemanager/deployments/nodemanager-server")).Json;
        JsonNode pod = made["spec"]!["template"]!["spec"]!;
        Assert.Equal("nodemanager-server", (string?)pod["serviceAccountName"]);
        Assert.True((bool)pod["containers"]![0]!["securityContext"]!["readOnlyRootFilesystem"]!);
        Assert.Equal(
            "https",
            (string?)
                (await cluster.SendAsync("GET", "/api/v1/namespaces/nodemanager/services/nodemanager-server")).Json["spec"]!["ports"]![0]![
                    "targetPort"
                ]
        );
        // Its image does not exist here: nothing waits for its pods.
        await cluster.SendAsync("DELETE", "/apis/apps/v1/namespaces/nodemanager/deployments/nodemanager-server");
    }

    private static Task<NodeMaintenanceRun> SubmitAsync(
        NodeManagerSession session,
        string node,
        MaintenanceOptions options,
        bool isDrain
    ) =>
        Eventually.GetAsync(
            "a server that leads",
            async () =>
            {
                try
                {
                    return await DetachedSubmitter.SubmitAsync(session, new() { Nodes = [node], Options = options }, isDrain, default);
                }
                catch (NodeManagerException none) when (none.ErrorId == ErrorIds.ServerNotRunning)
                {
                    return null!;
                }
            },
            static run => run is not null
        );

    private static string Tomorrow() => $"{TimeProvider.System.GetUtcNow().AddDays(2).DayOfWeek} 12:00-12:05 UTC";

    private static Task KnownAsync(NodeManagerSession session, string verb, string resource) =>
        Eventually.HoldsAsync(
            "the role is known",
            async () =>
                (
                    await session
                        .Connection()
                        .Client.ReviewAccessAsync(
                            new()
                            {
                                Verb = verb,
                                Group = "nodemanager.io",
                                Resource = resource,
                                Namespace = MaintenanceRequest.DefaultNamespace,
                            },
                            default
                        )
                ).Allowed
        );

    private static JsonObject Binding(string user, string role) =>
        new()
        {
            ["apiVersion"] = "rbac.authorization.k8s.io/v1",
            ["kind"] = "ClusterRoleBinding",
            ["metadata"] = new JsonObject { ["name"] = $"{user}-{role}" },
            ["roleRef"] = new JsonObject
            {
                ["apiGroup"] = "rbac.authorization.k8s.io",
                ["kind"] = "ClusterRole",
                ["name"] = role,
            },
            ["subjects"] = new JsonArray(
                new JsonObject
                {
                    ["apiGroup"] = "rbac.authorization.k8s.io",
                    ["kind"] = "User",
                    ["name"] = user,
                }
            ),
        };
}

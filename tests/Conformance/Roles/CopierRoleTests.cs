using System.Net;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Sessions;
using NodeManager.Sandbox;

namespace NodeManager.Conformance.Roles;

/// <summary>The role of deploy/rbac.yaml for copies of a cluster.</summary>
public sealed class CopierRoleTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_copy_uses_all_permissions_of_its_role(string backend)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(backend, workloads: true, rbac: true);
        await RoleManifest.ApplyAsync(cluster);
        string node = await cluster.AddNodeAsync(),
            user = "copier-" + cluster.Id;
        await RoleManifest.BindAsync(cluster, "nodemanager-copier", user);
        NodeManagerSession session = await cluster.ConnectAsAsync(user, []);
        await Eventually.HoldsAsync(
            "the role is known",
            async () => (await cluster.SendAsAsync(user, [], "GET", "/api/v1/nodes")).Code == HttpStatusCode.OK
        );
        List<string> warnings = [];

        using SandboxCluster copy = await SandboxCluster.CopyAsync(
            session.Connection().Client,
            new(),
            warnings.Add,
            CancellationToken.None
        );

        using var http = new HttpClient(copy.CreateTransport()) { BaseAddress = copy.Server };
        Assert.Contains($"\"{node}\"", await http.GetStringAsync("/api/v1/nodes/" + node));
        // Custom resources need permissions of their own.
        Assert.StartsWith("The copy has no custom resources: ", Assert.Single(warnings));
        RoleUse.AssertNeeded(cluster, user, "nodemanager-copier", ["list apiextensions.k8s.io/customresourcedefinitions"]);
    }
}

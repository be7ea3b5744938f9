using NodeManager.Conformance.Autoscaling;
using NodeManager.Conformance.Harness;
using NodeManager.Core.Autoscaling.NodePools;
using NodeManager.Core.Observing;
using NodeManager.Core.Pools;
using NodeManager.Core.Pools.Planning;
using NodeManager.Core.Pools.Running;

namespace NodeManager.Conformance.Roles;

/// <summary>The role for pools of the cluster suffices for the commands on them, and grants nothing that they do not use.</summary>
public sealed class PoolRoleTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_pool_operator(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, rbac: true, plane: false);
        await RoleManifest.ApplyAsync(lab.Cluster);
        // A plan reads what buffers refer to only where there is a buffer.
        await NodeSmithDefinitions.InstallBuffersAsync(lab.Cluster);
        await lab.Cluster.SendAsync("POST", $"/apis/autoscaling.x-k8s.io/v1beta1/namespaces/{lab.Namespace}/capacitybuffers", """
            {"apiVersion":"autoscaling.x-k8s.io/v1beta1","kind":"CapacityBuffer","metadata":{"name":"spare"},"spec":{"podTemplateRef":{"name":"none"},"replicas":1}}
            """);
        string user = "pools-" + lab.Cluster.Id;
        await RoleManifest.BindAsync(lab.Cluster, "nodemanager-viewer", user);
        await RoleManifest.BindAsync(lab.Cluster, "nodemanager-pool-operator", user);
        NodeManagerSession session = await lab.Cluster.ConnectAsAsync(user);
        PoolContext context = new(session, new ClusterPoolProvider(session, lab.Namespace)) { HomeCluster = session.Cluster };
        PoolEdit more = new() { Patch = static _ => new() { ["nodeCount"] = 1 } };

        foreach (string name in (string[])["web", "batch"])
        {
            PoolDraft draft = new(name, session.Cluster, new() { ["providerRef"] = "sim", ["limits"] = new System.Text.Json.Nodes.JsonObject { ["minNodes"] = 0, ["maxNodes"] = 3, ["cpuCores"] = 0, ["memoryMiB"] = 0 } });
            await PoolCreator.CreateAsync(context, draft, NullObserver.Instance, default);
        }

        NodePoolPlan plan = await PoolPlanner.PlanChangeAsync(context, new() { Name = "web" }, more, NullObserver.Instance, default);
        NodePool changed = await PoolEditor.ApplyAsync(context, new() { Name = "web" }, more, NullObserver.Instance, default);
        await PoolStatusReporter.ReportAsync(
            context, new() { Id = changed.Id }, new() { Controller = "backup.example.com", ObservedGeneration = 0, Conditions = [new() { Type = "Backed", Status = "True" }] }, default);
        NodePool? seen = await PoolWaiter.WaitAsync(context, new() { Name = "web" }, "Backed=True", TimeSpan.FromMinutes(10), NullObserver.Instance, default);
        await PoolEditor.DeleteAsync(context, new() { Name = "web" }, default);

        Assert.True(plan.IsCertain, string.Join(' ', plan.Warnings));
        Assert.Equal((2L, "backup.example.com"), (seen!.Generation, Assert.Single(seen.Status!.Controllers).Name));
        RoleUse.AssertNeeded(lab.Cluster, user, "nodemanager-pool-operator");
    }
}

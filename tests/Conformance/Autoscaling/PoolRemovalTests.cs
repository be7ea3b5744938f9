using NodeManager.Autoscaling.NodePools;
using NodeManager.Autoscaling.Resources;
using NodeManager.Conformance.Harness;

namespace NodeManager.Conformance.Autoscaling;

/// <summary>The end of a pool where no autoscaler runs, which would take its finalizer off.</summary>
public sealed class PoolRemovalTests
{
    [SkippableTheory]
    [AllBackends]
    public async Task A_deleted_pool_is_gone_without_an_autoscaler_once_it_has_no_claims(string backend)
    {
        await using AutoscalerLab lab = await AutoscalerLab.StartAsync(backend, machines: null);
        NodeSmithPool pool = await lab.AddPoolAsync();
        await lab.AddClaimAsync("one");
        await lab.PatchAsync(
            NodeSmithResources.Pools,
            "small",
            $$"""{"metadata":{"finalizers":["{{NodeSmithNames.Finalizer}}","example.com/other"]} }"""
        );
        var provider = new ClusterPoolProvider(await lab.Cluster.ConnectAsync(), lab.Namespace);

        await provider.DeleteAsync(pool.Metadata.Uid!, default);
        NodeSmithPool held = await lab.Cluster.GetAsync(NodeSmithResources.Pools, "small");
        Assert.NotNull(held.Metadata.DeletionTimestamp);
        Assert.Contains(NodeSmithNames.Finalizer, held.Metadata.Finalizers!);

        await lab.DeleteAsync(NodeSmithResources.Claims, "one");
        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Claims, "one");
        await provider.DeleteAsync(pool.Metadata.Uid!, default);
        Assert.Equal(["example.com/other"], (await lab.Cluster.GetAsync(NodeSmithResources.Pools, "small")).Metadata.Finalizers);
        await lab.PatchAsync(NodeSmithResources.Pools, "small", """{"metadata":{"finalizers":null}}""");
        await lab.Cluster.WaitForGoneAsync(NodeSmithResources.Pools, "small");
    }
}

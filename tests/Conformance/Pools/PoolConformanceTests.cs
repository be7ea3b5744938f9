using System.Text.Json.Nodes;
using NodeManager.Core.Progress;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Planning;

namespace NodeManager.Conformance.Pools;

/// <summary>What holds of node pools wherever they are kept.</summary>
public sealed class PoolConformanceTests
{
    [SkippableTheory]
    [AllPoolHomes]
    public async Task A_pool_is_created_read_changed_and_deleted(string provider, string backend)
    {
        await using PoolHome home = await PoolHome.StartAsync(provider, backend);

        NodePool created = await home.CreateAsync("web", 3);
        NodePool read = Assert.Single(await home.ReadAsync(new() { Names = ["w*"] }));
        NodePool byId = Assert.Single(await home.ReadAsync(new() { Ids = [created.Id] }));
        NodePool changed = await home.ChangeAsync(new() { Id = read.Id, Generation = 1 }, new() { ["nodeCount"] = 5 });
        NodePool same = await home.ChangeAsync(new() { Name = "web" }, new() { ["nodeCount"] = 5 });
        NodePool labeled = await home.ChangeAsync(new() { Name = "web" }, home.LabelPatch("tier", "front"));
        NodePool bare = await home.ChangeAsync(new() { Name = "web" }, home.LabelPatch("team", null));

        Assert.Equal(
            (1L, "web", 3, provider, home.Provider.User),
            (created.Generation, created.Name, created.Spec.NodeCount, created.Provider, created.CreatedBy)
        );
        Assert.Equal((created.Id, created.Id, created.ClusterId), (read.Id, byId.Id, home.ClusterId));
        Assert.Equal((2L, 5, "team=shop"), (changed.Generation, changed.Spec.NodeCount, changed.Spec.Platform.Labels.ToString()));
        Assert.Equal(2L, same.Generation);
        Assert.Equal(
            (5, "front", "shop"),
            (labeled.Spec.NodeCount, labeled.Spec.Platform.Labels["tier"], labeled.Spec.Platform.Labels["team"])
        );
        Assert.Equal("tier=front", bare.Spec.Platform.Labels.ToString());

        await PoolEditor.DeleteAsync(home.Context, new() { Name = "web" }, default);
        Assert.Empty(await home.ReadAsync());
        Assert.Equal(
            ErrorIds.NodePoolNotFound,
            (
                await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
                    PoolEditor.DeleteAsync(home.Context, new() { Id = created.Id }, default)
                )
            ).ErrorId
        );
        Assert.Equal(
            ErrorIds.NodePoolNotFound,
            (
                await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
                    home.ChangeAsync(new() { Name = "web" }, new() { ["nodeCount"] = 1 })
                )
            ).ErrorId
        );
        Assert.Empty(home.Warnings);
    }

    [SkippableTheory]
    [AllPoolHomes]
    public async Task A_duplicate_pool_name_is_refused(string provider, string backend)
    {
        await using PoolHome home = await PoolHome.StartAsync(provider, backend);
        NodePool first = await home.CreateAsync("web");

        NodeManagerException again = await Assert.ThrowsAnyAsync<NodeManagerException>(() => home.CreateAsync("web"));
        NodeManagerException beside = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
            home.Provider.CreateAsync(home.Draft("web"), home, default)
        );

        Assert.Equal((ErrorIds.NodePoolExists, ErrorIds.NodePoolExists), (again.ErrorId, beside.ErrorId));
        Assert.Equal(first.Id, Assert.Single(await home.ReadAsync()).Id);
    }

    [SkippableTheory]
    [AllPoolHomes]
    public async Task A_change_of_an_outdated_pool_is_refused(string provider, string backend)
    {
        await using PoolHome home = await PoolHome.StartAsync(provider, backend);
        NodePool seen = await home.CreateAsync("web");
        await home.ChangeAsync(new() { Id = seen.Id }, new() { ["nodeCount"] = 2 });

        NodeManagerException error = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
            home.ChangeAsync(new() { Id = seen.Id, Generation = seen.Generation }, new() { ["nodeCount"] = 7 })
        );

        Assert.Equal(ErrorIds.Conflict, error.ErrorId);
        Assert.Equal(2, Assert.Single(await home.ReadAsync()).Spec.NodeCount);
    }

    [SkippableTheory]
    [AllPoolHomes("""{"nodeCount":-1}""", "spec")]
    [AllPoolHomes("""{"nodeCount":"many"}""", "nodeCount")]
    public async Task An_invalid_pool_is_refused_before_it_is_sent(string provider, string backend, string patch, string field)
    {
        await using PoolHome home = await PoolHome.StartAsync(provider, backend);
        await home.CreateAsync("web");
        int sent = home.Faults.Requests.Count(static one => !one.StartsWith("GET", StringComparison.Ordinal));

        NodeManagerException error = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
            home.ChangeAsync(new() { Name = "web" }, JsonNode.Parse(patch)!.AsObject())
        );

        Assert.Equal(ErrorIds.NodePoolInvalid, error.ErrorId);
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
        Assert.Equal(sent, home.Faults.Requests.Count(static one => !one.StartsWith("GET", StringComparison.Ordinal)));
    }

    [SkippableTheory]
    [AllPoolHomes]
    public async Task Nodes_are_created_and_deleted_with_a_pool(string provider, string backend)
    {
        await using PoolHome home = await PoolHome.StartAsync(provider, backend, speed: 30);
        await home.RunAsync();
        NodePool pool = await home.CreateAsync("web", 2);

        NodePool? ready = await home.WaitAsync(pool, "Ready");
        OperationProgress[] told = [.. home.Progresses];
        IReadOnlyList<ClusterNode> nodes = await PoolMembers.ReadAsync(home.Context, pool.ClusterId, pool.Id, pool.Name, default);
        await home.ChangeAsync(new() { Id = pool.Id }, new() { ["nodeCount"] = 3 });
        NodePool? larger = await home.WaitAsync(pool, "Ready=True");

        Assert.Equal(("Ready", "Healthy", 2, 1L), (ready!.Phase, ready.Health, ready.Status!.ActiveNodes, ready.Status.ObservedGeneration));
        Assert.All(told, static one => Assert.Equal(("pool web", "Waiting for node pool web: Ready"), (one.Key, one.Activity)));
        Assert.Equal("Ready, Healthy; generation 1 of 1 observed; 2 of 2 nodes active", told[^1].Status);
        Assert.Equal([.. Enumerable.Repeat(false, told.Length - 1), true], told.Select(static one => one.Completed));
        Assert.True(told.Length > 1, "only the end was told");
        Assert.Equal(2, nodes.Count);
        Assert.All(nodes, static node => Assert.Equal("web", node.Pool));
        Assert.Equal((3, 2L), (larger!.Status!.ActiveNodes, larger.Status.ObservedGeneration));
        Assert.Equal("web", Assert.Single(await home.ReadAsync(new() { Phase = "Ready", Health = "Healthy" })).Name);
        Assert.Empty(await home.ReadAsync(new() { Phase = "Failed" }));

        await PoolEditor.DeleteAsync(home.Context, new() { Id = pool.Id }, default);
        await home.WaitAsync(pool, "Deleted");
        Assert.Empty(await home.ReadAsync());
    }
}

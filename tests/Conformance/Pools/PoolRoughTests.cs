using NodeManager.Autoscaling.Resources;
using NodeManager.NodePools.Operations;
using NodeManager.Testing;

namespace NodeManager.Conformance.Pools;

/// <summary>
/// Pools under lost answers, deaths and other clients. <c>NODEMANAGER_POOL_KILLS</c> says how many creations are killed, 5 by default;
/// <c>NODEMANAGER_POOL_CREATIONS</c> how many are made with a third of their answers lost, 20 by default.
/// </summary>
public sealed class PoolRoughTests
{
    private static readonly int Kills = ProofSize.Read("NODEMANAGER_POOL_KILLS", 5);
    private static readonly int Creations = ProofSize.Read("NODEMANAGER_POOL_CREATIONS", 20);
    private static readonly int Seed = ProofSize.Read("NODEMANAGER_POOL_SEED", 1);

    [SkippableTheory]
    [AllPoolHomes]
    public async Task An_interrupted_creation_is_continued_and_never_duplicated(string provider, string backend)
    {
        await using PoolHome home = await PoolHome.StartAsync(provider, backend, speed: 50);
        Random random = new(Seed);
        int died = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            string name = $"pool-{kill}";
            DyingHandler? process = null;
            int at = 1 + random.Next(home.IsService ? 3 : 8);
            bool isCarriedOut = random.Next(2) == 0;
            PoolContext context = await home.ConnectAsync(inner => process = new(inner, at, isCarriedOut));
            process!.Arm();
            try
            {
                await PoolCreator.CreateAsync(context, home.Draft(name), home, process.Dead);
            }
            catch (Exception) when (process.Dead.IsCancellationRequested)
            {
                died++;
            }

            try
            {
                await home.CreateAsync(name);
            }
            catch (NodeManagerException exists) when (exists.ErrorId == ErrorIds.NodePoolExists)
            {
                // The one that died had created it.
            }
        }

        string[] names = [.. Enumerable.Range(0, Kills).Select(static one => $"pool-{one}")];
        Assert.True(died > 0, "none died");
        Assert.Equal(
            names.Order(StringComparer.Ordinal),
            (await home.ReadAsync()).Select(static pool => pool.Name).Order(StringComparer.Ordinal)
        );
        await AssertManagedAsync(home, names);
    }

    [SkippableTheory]
    [AllPoolHomes]
    public async Task Creations_with_lost_responses_are_never_duplicated(string provider, string backend)
    {
        await using PoolHome home = await PoolHome.StartAsync(provider, backend, speed: 100);
        Random random = new(Seed);
        int creations = backend == Harness.Backend.Sandbox ? Creations : Math.Min(Creations, 5);
        for (int number = 0; number < creations; number++)
        {
            if (random.NextDouble() < 0.3)
                home.Faults.Inject(Fault.DropAnswer(), when: static request => request.Method != HttpMethod.Get);
            await home.CreateAsync($"pool-{number}");
        }

        List<NodePool> pools = await home.ReadAsync();
        Assert.Equal(creations, pools.Select(static pool => pool.Name).Distinct().Count());
        Assert.Equal(creations, pools.Count);
        await AssertManagedAsync(home, [.. pools.Select(static pool => pool.Name)]);
    }

    [SkippableTheory]
    [AllPoolHomes]
    public async Task A_change_and_a_deletion_with_lost_responses_happen_once(string provider, string backend)
    {
        await using PoolHome home = await PoolHome.StartAsync(provider, backend, speed: 100);
        NodePool pool = await home.CreateAsync("web");

        home.Faults.Inject(
            Fault.DropAnswer(),
            when: static request => request.Method == HttpMethod.Put || request.Method == HttpMethod.Patch
        );
        NodePool changed = await home.ChangeAsync(new() { Id = pool.Id, Generation = 1 }, new() { ["nodeCount"] = 4 });
        home.Faults.Inject(Fault.DropAnswer(), when: static request => request.Method == HttpMethod.Delete);
        await PoolEditor.DeleteAsync(home.Context, new() { Id = pool.Id }, default);

        Assert.Equal((2L, 4), (changed.Generation, changed.Spec.NodeCount));
        Assert.Empty(await home.ReadAsync());
        Assert.Equal(0, home.Faults.Pending);
    }

    [SkippableTheory]
    [AllPoolHomes]
    public async Task A_pool_that_is_deleted_between_read_and_write_is_not_found(string provider, string backend)
    {
        await using PoolHome home = await PoolHome.StartAsync(provider, backend);
        NodePool pool = await home.CreateAsync("web");
        PoolContext other = await home.ConnectAsync();
        // What the fault does happens before the request is sent.
        home.Faults.Inject(
            Fault.After(() => PoolEditor.DeleteAsync(other, new() { Id = pool.Id }, default)),
            when: static request => request.Method == HttpMethod.Put || request.Method == HttpMethod.Patch
        );

        NodeManagerException error = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
            home.ChangeAsync(new() { Name = "web" }, new() { ["nodeCount"] = 4 })
        );

        Assert.Equal(ErrorIds.NodePoolNotFound, error.ErrorId);
        Assert.Empty(await home.ReadAsync());
    }

    [SkippableTheory]
    [AllPoolHomes]
    public async Task Preconditions_keep_concurrent_changes_of_other_clients(string provider, string backend)
    {
        await using PoolHome home = await PoolHome.StartAsync(provider, backend);
        Skip.IfNot(home.Provider.HasPreconditions, "a service replaces the whole specification");
        await home.CreateAsync("web");
        string[] labels = [.. Enumerable.Range(0, 4).Select(static one => $"label-{one}")];

        await Task.WhenAll(
            labels.Select(async label =>
                await home.ChangeAsync(await home.ConnectAsync(), new() { Name = "web" }, home.LabelPatch(label, "x"))
            )
        );

        StringMap now = Assert.Single(await home.ReadAsync()).Spec.Platform.Labels;
        Assert.Equal([.. labels, "team"], now.Keys.Order(StringComparer.Ordinal));
    }

    private static async Task AssertManagedAsync(PoolHome home, string[] names)
    {
        if (home.IsService)
            return;
        List<NodeSmithControlPlane> planes = (
            await home.Cluster.Client.ListAsync(NodeSmithResources.ControlPlanes, new() { Namespace = home.Cluster.Namespace }, default)
        ).Items;
        Assert.Equal(names.Order(StringComparer.Ordinal), Assert.Single(planes).Spec.Pools!.Order(StringComparer.Ordinal));
    }
}

using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using NodeManager.NodePools;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Planning;
using NodeManager.Providers.PoolService;
using NodeManager.Testing;

namespace NodeManager.Providers.Tests.PoolService;

/// <summary>What goes wrong between client and service, and what a plan says of it beforehand.</summary>
public sealed class PoolFaultTests
{
    private const int Pools = 10_000;
    private const long Bound = 24 * 1024 * 1024;

    [Fact]
    public async Task Ten_thousand_pools_are_listed_in_a_hundred_requests_and_bounded_memory()
    {
        int asked = 0,
            read = 0;
        using PoolServiceProvider client = Client(
            (request, _) =>
            {
                asked++;
                return Task.FromResult(StubHandler.Json(Page(request)));
            }
        );
        long before = GC.GetTotalMemory(forceFullCollection: true),
            most = 0;

        await foreach (PoolRecord pool in client.ListAsync(new(), default))
            if (++read % 1000 == 0)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);

        Assert.Equal((Pools, 100), (read, asked));
        // All of them together would be more than 100 MB.
        Assert.InRange(most, 0, Bound);
    }

    [Fact]
    public async Task A_slow_page_does_not_delay_earlier_pages()
    {
        TaskCompletionSource second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using PoolServiceProvider client = Client(
            async (request, _) =>
            {
                if (!request.RequestUri!.Query.Contains("offset=0", StringComparison.Ordinal))
                    await second.Task;
                return StubHandler.Json(Page(request));
            }
        );
        int read = 0;

        await foreach (PoolRecord _ in client.ListAsync(new(), default))
        {
            if (++read == 100)
                second.SetResult();
            if (read == 150)
                break;
        }

        Assert.Equal(150, read);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_failing_service_is_an_error_after_five_attempts(int code)
    {
        int asked = 0;
        using PoolServiceProvider client = Client(
            (_, _) =>
            {
                asked++;
                return Task.FromResult(new HttpResponseMessage((HttpStatusCode)code));
            },
            new ImpatientTime()
        );

        var error = await Assert.ThrowsAnyAsync<NodeManagerException>(() => client.GetAsync("1", default));

        Assert.Equal((ErrorIds.ServerError, 5), (error.ErrorId, asked));
    }

    // The request never arrives, and another client writes before it is sent a second time.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_repeated_change_keeps_the_generation_of_its_caller(bool hasGeneration)
    {
        await using PoolLab lab = await PoolLab.StartAsync(speed: 100);
        NodePool pool = await lab.CreateAsync();
        lab.Faults.Inject(
            Fault.After(async () =>
            {
                await PoolEditor.ApplyAsync(
                    lab.Context,
                    new() { Id = pool.Id },
                    new() { Patch = static _ => new() { ["nodeCount"] = 7 } },
                    lab,
                    default
                );
                throw new HttpRequestException("The connection was reset.", new IOException("reset"));
            }),
            when: static request => request.Method == HttpMethod.Put
        );
        PoolTarget target = new() { Id = pool.Id, Generation = hasGeneration ? pool.Generation : null };
        Task<NodePool> change = PoolEditor.ApplyAsync(
            lab.Context,
            target,
            new() { Patch = static _ => new() { ["nodeCount"] = 4 } },
            lab,
            default
        );

        if (hasGeneration)
            Assert.Equal(ErrorIds.Conflict, (await Assert.ThrowsAnyAsync<NodeManagerException>(() => change)).ErrorId);
        else
            await change;

        Assert.Equal(hasGeneration ? 7 : 4, (await lab.Context.Provider.GetAsync(pool.Id, default)).Spec["nodeCount"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_plan_names_nodes_pods_and_PDBs_only_for_known_controllers()
    {
        await using PoolLab lab = await PoolLab.StartAsync(nodes: 12);
        PoolTarget worker = new() { Name = "worker" };
        PoolEdit smaller = new() { Patch = static _ => new() { ["nodeCount"] = 3 } },
            larger = new() { Patch = static _ => new() { ["nodeCount"] = 6 } };

        NodePoolPlan foreign = await PoolPlanner.PlanChangeAsync(lab.Context, worker, smaller, lab, default);
        NodePoolPlan more = await PoolPlanner.PlanChangeAsync(lab.Context, worker, larger, lab, default);
        NodePoolPlan all = await PoolPlanner.PlanDeletionAsync(lab.Context, worker, default);

        Assert.Equal(
            (NodePoolEffect.RemovesNodes, false, 5, 3),
            (foreign.Effect, foreign.IsCertain, foreign.CurrentNodes, foreign.DesiredNodes)
        );
        Assert.Equal((null, null, null), (foreign.Nodes, foreign.Pods, foreign.BlockingBudgets));
        Assert.Equal((NodePoolEffect.AddsNodes, 0), (more.Effect, more.MovingPods));
        Assert.Equal(5, all.Nodes!.Count);
        Assert.NotEqual(0, all.MovingPods);
        Assert.Null(all.BlockingBudgets);
        Assert.Contains(all.Warnings, static one => one.Contains("Unknown", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pools_of_another_cluster_have_no_nodes_here()
    {
        await using PoolLab lab = await PoolLab.StartAsync(nodes: 12);
        string other = lab
            .Cluster.Pools.Api.Store.AddCluster("other", new() { ["platform"] = new JsonObject { ["type"] = "gcp" } }, PoolLab.User)
            .Id;
        NodePool pool = await lab.CreateAsync(new("worker", other, PoolLab.Spec));
        PoolContext home = lab.Context with { HomeCluster = "sandbox" };

        var error = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
            PoolMembers.ReadAsync(home, pool.ClusterId, pool.Id, pool.Name, default)
        );
        NodePoolPlan plan = await PoolPlanner.PlanDeletionAsync(home, new() { Id = pool.Id }, default);

        Assert.Equal(ErrorIds.PoolClusterMismatch, error.ErrorId);
        Assert.Null(plan.Nodes);
        Assert.Contains(plan.Warnings, static one => one.Contains("belongs to cluster", StringComparison.Ordinal));
    }

    private static PoolServiceProvider Client(
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer,
        TimeProvider? time = null
    ) =>
        new(
            new()
            {
                Configuration = new()
                {
                    Uri = new("http://pools.sandbox.invalid"),
                    User = PoolLab.User,
                    Routes = PoolServiceRoutes.Flat,
                },
                Transport = new StubHandler(answer),
                Time = time ?? TimeProvider.System,
            }
        );

    private static string Page(HttpRequestMessage request)
    {
        string[] parts = request.RequestUri!.Query.TrimStart('?').Split('&');
        int offset = int.Parse(
            parts.Single(static one => one.StartsWith("offset=", StringComparison.Ordinal))["offset=".Length..],
            CultureInfo.InvariantCulture
        );
        string large = new('x', 5000);
        return new JsonObject
        {
            ["nodepools"] = new JsonArray([
                .. Enumerable
                    .Range(offset, Math.Min(100, Pools - offset))
                    .Select(number =>
                        (JsonNode?)
                            new JsonObject
                            {
                                ["id"] = string.Create(CultureInfo.InvariantCulture, $"00000000-0000-4000-8000-{number:d12}"),
                                ["name"] = string.Create(CultureInfo.InvariantCulture, $"p{number}"),
                                ["cluster_id"] = "c",
                                ["generation"] = 1,
                                ["spec"] = new JsonObject
                                {
                                    ["platform"] = new JsonObject
                                    {
                                        ["type"] = "aws",
                                        ["aws"] = new JsonObject { ["userData"] = large },
                                    },
                                },
                            }
                    ),
            ]),
            ["total"] = Pools,
            ["limit"] = 100,
            ["offset"] = offset,
        }.ToJsonString();
    }

    // Every wait is over immediately.
    private sealed class ImpatientTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.FromSeconds(20) ? dueTime : TimeSpan.Zero, period);
    }
}

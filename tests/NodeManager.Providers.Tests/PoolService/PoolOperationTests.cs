using System.Net;
using System.Text.Json.Nodes;
using NodeManager.NodePools.Operations;
using NodeManager.Providers.PoolService;
using NodeManager.Testing;

namespace NodeManager.Providers.Tests.PoolService;

/// <summary>The operations on pools over the client and the embedded service.</summary>
public sealed class PoolOperationTests
{
    [Fact]
    public async Task A_pool_is_created_read_changed_and_deleted()
    {
        await using PoolLab lab = await PoolLab.StartAsync();

        NodePool created = await lab.CreateAsync();
        NodePool read = Assert.Single(await lab.ReadAsync(new() { Names = ["w*"] }));
        NodePool changed = await PoolEditor.ApplyAsync(
            lab.Context,
            new() { Id = read.Id, Generation = 1 },
            new() { Patch = static _ => new() { ["nodeCount"] = 5 } },
            lab,
            default
        );
        await PoolEditor.DeleteAsync(lab.Context, new() { Name = "web" }, default);

        Assert.Equal(
            (1L, PoolLab.User, "n1-standard-4", 3),
            (created.Generation, created.CreatedBy, created.Spec.Platform.MachineType, created.Spec.NodeCount)
        );
        Assert.Equal((2L, 5, 100), (changed.Generation, changed.Spec.NodeCount, changed.Spec.Platform.DiskSizeGB));
        Assert.Empty(await lab.ReadAsync(new()));
    }

    [Fact]
    public async Task Nodes_are_created_and_deleted_with_their_pool()
    {
        await using PoolLab lab = await PoolLab.StartAsync(speed: 50);
        NodePool pool = await lab.CreateAsync();

        NodePool? ready = await PoolWaiter.WaitAsync(lab.Context, new() { Id = pool.Id }, "Ready", TimeSpan.FromMinutes(30), lab, default);
        await PoolEditor.ApplyAsync(
            lab.Context,
            new() { Id = pool.Id },
            new() { Patch = static _ => new() { ["nodeCount"] = 1 } },
            lab,
            default
        );
        NodePool? smaller = await PoolWaiter.WaitAsync(
            lab.Context,
            new() { Id = pool.Id },
            "Ready=True",
            TimeSpan.FromMinutes(30),
            lab,
            default
        );
        await PoolEditor.DeleteAsync(lab.Context, new() { Id = pool.Id }, default);
        Assert.NotNull(
            await PoolWaiter.WaitAsync(lab.Context, new() { Id = smaller!.Id }, "Deleted", TimeSpan.FromMinutes(30), lab, default)
                ?? smaller
        );

        Assert.Equal(("Ready", "Healthy", 3), (ready!.Phase, ready.Health, ready.Status!.ActiveNodes));
        Assert.Equal(1, smaller.Status!.ActiveNodes);
        for (int wait = 0; wait < 200 && (await lab.NodesAsync()).Count > 0; wait++)
            await Task.Delay(50);
        Assert.Empty(await lab.NodesAsync());
        Assert.Null(lab.Cluster.Pools.Fault);
    }

    [Fact]
    public async Task Another_machine_type_replaces_nodes_one_at_a_time()
    {
        await using PoolLab lab = await PoolLab.StartAsync(speed: 50);
        NodePool pool = await lab.CreateAsync();
        await PoolWaiter.WaitAsync(lab.Context, new() { Id = pool.Id }, "Ready", TimeSpan.FromMinutes(30), lab, default);

        await PoolEditor.ApplyAsync(
            lab.Context,
            new() { Id = pool.Id },
            new() { Patch = static _ => JsonNode.Parse("""{"platform":{"gcp":{"machineType":"n1-standard-16"}}}""")!.AsObject() },
            lab,
            default
        );
        NodePool? rolled = await PoolWaiter.WaitAsync(lab.Context, new() { Id = pool.Id }, "Ready", TimeSpan.FromHours(1), lab, default);

        Assert.Equal(2, rolled!.Status!.ObservedGeneration);
        Assert.Equal(
            ["n1-standard-16", "n1-standard-16", "n1-standard-16"],
            (await lab.NodesAsync()).Select(static node => node.InstanceType)
        );
    }

    [Fact]
    public async Task A_creation_with_a_lost_response_is_recognized_and_not_repeated()
    {
        await using PoolLab lab = await PoolLab.StartAsync(speed: 100);
        lab.Faults.Inject(Fault.DropAnswer(), when: static request => request.Method == HttpMethod.Post);

        NodePool created = await lab.CreateAsync();

        Assert.Equal(created.Id, Assert.Single(await lab.ReadAsync(new())).Id);
        Assert.Single(lab.Faults.Requests, static one => one.StartsWith("POST", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("500")]
    [InlineData("504")]
    [InlineData("reset")]
    public async Task A_creation_that_did_not_happen_is_reported_as_unknown(string fault)
    {
        await using PoolLab lab = await PoolLab.StartAsync(speed: 100);
        lab.Faults.Inject(
            fault switch
            {
                "500" => Fault.Answer(HttpStatusCode.InternalServerError),
                "504" => Fault.Answer(HttpStatusCode.GatewayTimeout),
                _ => Fault.Drop(),
            },
            when: static request => request.Method == HttpMethod.Post
        );

        var error = await Assert.ThrowsAnyAsync<NodeManagerException>(() => lab.CreateAsync());

        Assert.Equal(ErrorIds.NodePoolCreateUnknown, error.ErrorId);
        Assert.Single(lab.Faults.Requests, static one => one.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Several_candidates_for_the_created_pool_are_ambiguous()
    {
        await using PoolLab lab = await PoolLab.StartAsync(speed: 100);
        bool isSent = false;
        var between = new StubHandler(
            async (request, token) =>
            {
                HttpResponseMessage answer = await new HttpMessageInvoker(lab.Cluster.Pools.CreateTransport()).SendAsync(request, token);
                if (request.Method == HttpMethod.Post)
                {
                    isSent = true;
                    throw new HttpRequestException(HttpRequestError.ResponseEnded, "gone");
                }

                if (!isSent)
                    return answer;
                // A service that allows two pools of a name has another one that was created meanwhile.
                JsonNode page = JsonNode.Parse(await answer.Content.ReadAsStringAsync(token))!;
                JsonObject twin = page["nodepools"]![0]!.DeepClone().AsObject();
                twin["id"] = "00000000-0000-4000-8000-000000000001";
                page["nodepools"]!.AsArray().Add((JsonNode)twin);
                page["total"] = 2;
                return StubHandler.Json(page.ToJsonString());
            }
        );
        using PoolServiceProvider provider = lab.Connect(between, PoolServiceRoutes.Flat, lab.Cluster.Time);

        var error = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
            PoolCreator.CreateAsync(new(lab.Session, provider), lab.Draft, lab, default)
        );

        Assert.Equal(ErrorIds.NodePoolAmbiguous, error.ErrorId);
        Assert.Contains("00000000-0000-4000-8000-000000000001", error.Message, StringComparison.Ordinal);
        Assert.Single(lab.Cluster.Pools.Api.Store.Pools());
    }

    [Fact]
    public async Task A_creation_with_a_truncated_response_is_recognized()
    {
        await using PoolLab lab = await PoolLab.StartAsync(speed: 100);
        lab.Faults.Inject(Fault.Truncate(40), when: static request => request.Method == HttpMethod.Post);

        await lab.CreateAsync();

        Assert.Single(lab.Cluster.Pools.Api.Store.Pools());
    }

    [Fact]
    public async Task Creations_with_lost_responses_are_never_duplicated()
    {
        int count = int.Parse(
            Environment.GetEnvironmentVariable("NODEMANAGER_POOL_CREATIONS") ?? "20",
            System.Globalization.CultureInfo.InvariantCulture
        );
        await using PoolLab lab = await PoolLab.StartAsync(speed: 200);
        var random = new Random(1);
        for (int number = 0; number < count; number++)
        {
            if (random.NextDouble() < 0.3)
                lab.Faults.Inject(
                    random.Next(2) == 0 ? Fault.DropAnswer() : Fault.Truncate(random.Next(1, 200)),
                    when: static request => request.Method == HttpMethod.Post
                );
            await lab.CreateAsync(
                lab.Draft with
                {
                    Name = $"pool-{number}",
                    Spec = JsonNode.Parse("""{"platform":{"type":"aws"},"nodeCount":0}""")!.AsObject(),
                }
            );
        }

        Assert.Equal(count, lab.Cluster.Pools.Api.Store.Pools().Count);
        Assert.Equal(count, lab.Faults.Requests.Count(static one => one.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_change_with_a_lost_response_is_read_back()
    {
        await using PoolLab lab = await PoolLab.StartAsync(speed: 100);
        NodePool pool = await lab.CreateAsync();
        lab.Faults.Inject(Fault.DropAnswer(), when: static request => request.Method == HttpMethod.Put);

        NodePool changed = await PoolEditor.ApplyAsync(
            lab.Context,
            new() { Id = pool.Id },
            new() { NewName = "api", Patch = static _ => new() { ["nodeCount"] = 4 } },
            lab,
            default
        );

        Assert.Equal((2L, "api", 4), (changed.Generation, changed.Name, changed.Spec.NodeCount));
        Assert.Single(lab.Faults.Requests, static one => one.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deletion_with_a_lost_response_is_a_deletion()
    {
        await using PoolLab lab = await PoolLab.StartAsync();
        NodePool pool = await lab.CreateAsync();
        lab.Faults.Inject(Fault.DropAnswer(), when: static request => request.Method == HttpMethod.Delete);

        await PoolEditor.DeleteAsync(lab.Context, new() { Id = pool.Id }, default);
        var gone = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
            PoolEditor.DeleteAsync(lab.Context, new() { Id = pool.Id }, default)
        );

        Assert.Equal(ErrorIds.NodePoolNotFound, gone.ErrorId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_deletion_that_the_transport_repeats_is_a_deletion(bool byId)
    {
        await using PoolLab lab = await PoolLab.StartAsync();
        NodePool pool = await lab.CreateAsync();
        // .NET sends a request again whose reused connection was closed without an answer, and shows the second answer alone.
        var twice = new StubHandler(
            async (request, token) =>
            {
                if (request.Method == HttpMethod.Delete)
                    lab.Cluster.Pools.Api.Store.DeletePool(pool.Id);
                return await new HttpMessageInvoker(lab.Cluster.Pools.CreateTransport()).SendAsync(request, token);
            }
        );
        using PoolServiceProvider provider = lab.Connect(twice);

        await PoolEditor.DeleteAsync(new(lab.Session, provider), byId ? new() { Id = pool.Id } : new() { Name = pool.Name }, default);

        var gone = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
            PoolEditor.DeleteAsync(new(lab.Session, provider), new() { Id = pool.Id }, default)
        );
        Assert.Equal(ErrorIds.NodePoolNotFound, gone.ErrorId);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(1L, false)]
    public async Task A_conflict_is_retried_where_the_caller_has_seen_no_generation(long? generation, bool isRetried)
    {
        await using PoolLab lab = await PoolLab.StartAsync();
        NodePool pool = await lab.CreateAsync();
        lab.Faults.Inject(
            Fault.AnswerJson(System.Net.HttpStatusCode.Conflict, """{"error":{"code":"CONFLICT","message":"changed"}}"""),
            when: static request => request.Method == HttpMethod.Put
        );
        Task<NodePool> changing = PoolEditor.ApplyAsync(
            lab.Context,
            new() { Name = pool.Name, Generation = generation },
            new() { Patch = static _ => new() { ["nodeCount"] = 4 } },
            lab,
            default
        );

        if (isRetried)
            Assert.Equal(4, (await changing).Spec.NodeCount);
        else
            Assert.Equal(ErrorIds.Conflict, (await Assert.ThrowsAnyAsync<NodeManagerException>(() => changing)).ErrorId);
    }

    [Fact]
    public async Task Unknown_fields_survive_a_change()
    {
        await using PoolLab lab = await PoolLab.StartAsync();
        JsonObject spec = PoolLab.Spec;
        spec["management"] = new JsonObject { ["autoRepair"] = true };
        spec["platform"]!["gcp"]!["bootImage"] = "x";
        NodePool pool = await lab.CreateAsync(lab.Draft with { Spec = spec });

        NodePool changed = await PoolEditor.ApplyAsync(
            lab.Context,
            new() { Id = pool.Id },
            new() { Patch = static _ => new() { ["nodeCount"] = 4 } },
            lab,
            default
        );

        spec["nodeCount"] = 4;
        Assert.True(JsonNode.DeepEquals(spec, JsonNode.Parse(changed.Spec.Json)));
    }

    [Fact]
    public async Task A_change_of_an_outdated_generation_is_refused()
    {
        await using PoolLab lab = await PoolLab.StartAsync();
        NodePool pool = await lab.CreateAsync();
        lab.Cluster.Pools.Api.Store.ReplacePool(pool.Id, "web", PoolLab.Spec);

        var error = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
            PoolEditor.ApplyAsync(
                lab.Context,
                new() { Id = pool.Id, Generation = pool.Generation },
                new() { Patch = static _ => new() { ["nodeCount"] = 9 } },
                lab,
                default
            )
        );

        Assert.Equal(ErrorIds.Conflict, error.ErrorId);
        Assert.Equal(2, lab.Cluster.Pools.Api.Store.Pool(pool.Id).Generation);
    }

    [Fact]
    public async Task A_concurrent_write_of_another_client_is_reported()
    {
        await using PoolLab lab = await PoolLab.StartAsync();
        NodePool pool = await lab.CreateAsync();
        var between = new StubHandler(
            async (request, token) =>
            {
                if (request.Method == HttpMethod.Put)
                    lab.Cluster.Pools.Api.Store.ReplacePool(pool.Id, "web", PoolLab.Spec);
                return await new HttpMessageInvoker(lab.Cluster.Pools.CreateTransport()).SendAsync(request, token);
            }
        );
        using PoolServiceProvider provider = lab.Connect(between);

        await PoolEditor.ApplyAsync(
            new(lab.Session, provider),
            new() { Id = pool.Id },
            new() { Patch = static _ => new() { ["nodeCount"] = 9 } },
            lab,
            default
        );

        Assert.Contains(lab.Warnings, static one => one.Contains("Another client changed node pool 'web'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_without_effect_is_not_written()
    {
        await using PoolLab lab = await PoolLab.StartAsync();
        NodePool pool = await lab.CreateAsync();

        NodePool same = await PoolEditor.ApplyAsync(
            lab.Context,
            new() { Id = pool.Id },
            new() { Patch = static _ => new() { ["nodeCount"] = 3 } },
            lab,
            default
        );

        Assert.Equal(1, same.Generation);
        Assert.DoesNotContain(lab.Faults.Requests, static one => one.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pool_deleted_between_read_and_write_is_not_found()
    {
        await using PoolLab lab = await PoolLab.StartAsync();
        NodePool pool = await lab.CreateAsync();
        var between = new StubHandler(
            async (request, token) =>
            {
                if (request.Method == HttpMethod.Put)
                    lab.Cluster.Pools.Api.Store.DeletePool(pool.Id);
                return await new HttpMessageInvoker(lab.Cluster.Pools.CreateTransport()).SendAsync(request, token);
            }
        );
        using PoolServiceProvider provider = lab.Connect(between);

        var error = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
            PoolEditor.ApplyAsync(
                new(lab.Session, provider),
                new() { Id = pool.Id },
                new() { Patch = static _ => new() { ["nodeCount"] = 9 } },
                lab,
                default
            )
        );

        Assert.Equal(ErrorIds.NodePoolNotFound, error.ErrorId);
    }

    [Fact]
    public async Task Extension_fields_are_sent_only_if_the_service_returned_them()
    {
        await using PoolLab lab = await PoolLab.StartAsync();
        NodePool pool = await lab.CreateAsync();
        PoolEdit edit = new() { Patch = static _ => new() { ["drainTimeout"] = "10m" } };

        var error = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
            PoolEditor.ApplyAsync(lab.Context, new() { Id = pool.Id }, edit, lab, default)
        );
        JsonObject spec = PoolLab.Spec;
        spec["drainTimeout"] = "5m";
        lab.Cluster.Pools.Api.Store.ReplacePool(pool.Id, "web", spec);
        NodePool changed = await PoolEditor.ApplyAsync(lab.Context, new() { Id = pool.Id }, edit, lab, default);

        Assert.Equal(ErrorIds.NodePoolFieldUnsupported, error.ErrorId);
        Assert.Equal(TimeSpan.FromMinutes(10), changed.Spec.DrainTimeout);
    }

    [Fact]
    public async Task An_existing_name_and_an_invalid_spec_are_not_sent()
    {
        await using PoolLab lab = await PoolLab.StartAsync();
        await lab.CreateAsync();

        var exists = await Assert.ThrowsAnyAsync<NodeManagerException>(() => lab.CreateAsync());
        var invalid = await Assert.ThrowsAnyAsync<NodeManagerException>(() =>
            lab.CreateAsync(new("Web", lab.ClusterId, new() { ["nodeCount"] = -1 }))
        );

        Assert.Equal((ErrorIds.NodePoolExists, ErrorIds.NodePoolInvalid), (exists.ErrorId, invalid.ErrorId));
        Assert.Single(lab.Faults.Requests, static one => one.StartsWith("POST", StringComparison.Ordinal));
    }
}

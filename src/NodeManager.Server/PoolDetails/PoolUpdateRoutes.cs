using NodeManager.Core.Operations;
using NodeManager.Core.Progress;
using NodeManager.Drains.Options;
using NodeManager.NodePools;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Updates;
using NodeManager.NodePools.Updates.Options;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Operations;
using NodeManager.Server.Pools;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.PoolDetails;

/// <summary>Updates of pools: the plan, the update as an operation, and changes while it runs.</summary>
internal sealed class PoolUpdateRoutes(ClusterSession cluster, OperationRegistry operations)
{
    // An update drains the nodes of the pool: pods can be in any namespace.
    private static readonly AccessNeed[] Roll =
    [
        Pool("patch"),
        Claim("delete"),
        new("create", "configmaps", Scope: PoolNamespace),
        PatchNodes,
        EvictPods,
    ];

    public void Map(IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder routes = endpoints.MapGroup(PoolRefusals.Pools + "/{id}/update").WithTags("Pools");
        One(routes.MapGet("", GetAsync).ForViewers(Pool("get"))).Produces<ApiPoolUpdate>();
        Changed(routes.MapPost("/plan", PlanAsync), Pool("get"), ListNodes, ListPods)
            .Produces<List<ApiPoolUpdatePlan>>()
            .WithMetadata(new ChangesNothing());
        Started(routes.MapPost("", StartAsync));
        Changed(routes.MapPost("/pause", PauseAsync), Roll).Produces<ApiPoolUpdate>();
        Started(
            routes.MapPost(
                "/resume",
                (string id, [AsParameters] PoolPlaceQuery place, HttpContext context, CancellationToken stop) =>
                    ContinueAsync(id, place, new() { Pause = false }, PoolUpdateIntent.Resume, context, stop)
            )
        );
        Started(
            routes.MapPost(
                "/stop",
                (string id, [AsParameters] PoolPlaceQuery place, HttpContext context, CancellationToken stop) =>
                    ContinueAsync(id, place, new() { Stop = true }, PoolUpdateIntent.End, context, stop)
            )
        );
        Started(
            routes.MapPost(
                "/rollback",
                (string id, [AsParameters] PoolPlaceQuery place, HttpContext context, CancellationToken stop) =>
                    ContinueAsync(id, place, new() { Rollback = true }, PoolUpdateIntent.End, context, stop)
            )
        );
    }

    private static void Started(RouteHandlerBuilder route) =>
        Changed(route, Roll).Produces<ApiPoolUpdate>().Produces<ApiOperation>(StatusCodes.Status202Accepted);

    private static RouteHandlerBuilder Changed(RouteHandlerBuilder route, params AccessNeed[] needs) =>
        One(route.ForAdmins(needs))
            .Produces<ApiPoolRefusal>(StatusCodes.Status400BadRequest)
            .Produces<ApiPoolRefusal>(StatusCodes.Status409Conflict);

    private static RouteHandlerBuilder One(RouteHandlerBuilder route) => route.Produces<ApiPoolRefusal>(StatusCodes.Status404NotFound);

    private async Task<IResult> GetAsync(string id, [AsParameters] PoolPlaceQuery place, CancellationToken stop)
    {
        (PoolContext pools, PoolRecord pool) = await FindAsync(id, place, stop);
        IReadOnlyList<NodePoolUpdate> updates = await PoolUpdates.ReadAsync(cluster.Session, PlaceOf(pools, pool), [pool.Name], stop);
        return Results.Json(updates[0].ToApi(), PoolDetailJson.Default.ApiPoolUpdate);
    }

    private async Task<IResult> PlanAsync(
        string id,
        [AsParameters] PoolPlaceQuery place,
        ApiPoolUpdateRequest? body,
        CancellationToken stop
    )
    {
        (PoolContext pools, PoolRecord pool) = await FindAsync(id, place, stop);
        IReadOnlyList<NodePoolUpdatePlan> plans = await PoolUpdatePlanner.PlanAsync(
            cluster.Session,
            RequestOf(pools, pool, body),
            NullObserver.Instance,
            stop
        );
        return Results.Json([.. plans.Select(PoolDetailMapping.ToApi)], PoolDetailJson.Default.ListApiPoolUpdatePlan);
    }

    private async Task<IResult> StartAsync(
        string id,
        [AsParameters] PoolPlaceQuery place,
        ApiPoolUpdateRequest? body,
        HttpContext context,
        CancellationToken stop
    )
    {
        (PoolContext pools, PoolRecord pool) = await FindAsync(id, place, stop);
        return await FollowAsync(() => PoolUpdateOperations.Start((cluster.Session, RequestOf(pools, pool, body))), context, stop);
    }

    private async Task<IResult> PauseAsync(string id, [AsParameters] PoolPlaceQuery place, CancellationToken stop)
    {
        (PoolContext pools, PoolRecord pool) = await FindAsync(id, place, stop);
        (NodePoolUpdate update, _) = await PoolUpdates.ChangeAsync(
            cluster.Session,
            PlaceOf(pools, pool),
            pool.Name,
            new() { Pause = true },
            dryRun: false,
            stop
        );
        return Results.Json(update.ToApi(), PoolDetailJson.Default.ApiPoolUpdate);
    }

    // An update of this server sees the change. Another process is only detected when the Lease is renewed or expires, which the operation
    // waits for.
    private async Task<IResult> ContinueAsync(
        string id,
        PoolPlaceQuery place,
        PoolUpdateChange change,
        PoolUpdateIntent intent,
        HttpContext context,
        CancellationToken stop
    )
    {
        (PoolContext pools, PoolRecord pool) = await FindAsync(id, place, stop);
        (NodePoolUpdate update, bool isHeld) = await PoolUpdates.ChangeAsync(
            cluster.Session,
            PlaceOf(pools, pool),
            pool.Name,
            change,
            dryRun: false,
            stop
        );
        if (isHeld && operations.IsRunning(PoolUpdateOperations.Kind, PoolUpdateOperations.TargetOf(cluster.Session, update.Pool)))
            return Results.Json(update.ToApi(), PoolDetailJson.Default.ApiPoolUpdate);
        PoolUpdateRequest request = new()
        {
            Pool = update.Pool,
            Namespace = update.Namespace,
            Intent = intent,
            Service = IsService(pools) ? pools : null,
        };
        return await FollowAsync(() => PoolUpdateOperations.Continue(cluster.Session, request), context, stop);
    }

    private Task<IResult> FollowAsync(Func<RunningOperation> start, HttpContext context, CancellationToken stop) =>
        OperationRoutes.AnswerAsync(
            context,
            operations.Start(context.User.Identity!.Name!, static result => ((NodePoolUpdate)result).ToApi(), start),
            static ended =>
                ended is { Failures: [], Results: [NodePoolUpdate result] }
                    ? Results.Json(result.ToApi(), PoolDetailJson.Default.ApiPoolUpdate)
                    : null,
            stop
        );

    private async Task<(PoolContext Pools, PoolRecord Pool)> FindAsync(string id, PoolPlaceQuery place, CancellationToken stop)
    {
        PoolContext pools = place.In(cluster.Session);
        return (pools, await PoolReader.FindAsync(pools, PoolPlaceQuery.Target(id), stop));
    }

    private static bool IsService(PoolContext pools) => pools.Provider.Name == NodePoolProvider.Service;

    private static PoolUpdatePlace PlaceOf(PoolContext pools, PoolRecord pool) =>
        new(IsService(pools) ? PoolUpdateRequest.ServiceNamespace : pool.Namespace, pools.Provider.Name);

    private static PoolUpdateRequest RequestOf(PoolContext pools, PoolRecord pool, ApiPoolUpdateRequest? body)
    {
        bool isService = IsService(pools);
        PoolUpdateStrategy strategy = StrategyOf(body, isService);
        if (isService && strategy == PoolUpdateStrategy.Surge)
        {
            throw new NodeManagerException(
                ErrorIds.PoolUpdateUnsupported,
                ErrorKind.InvalidArgument,
                $"Pool '{pool.Name}' belongs to a service, which chooses itself which nodes it replaces.",
                pool.Name,
                "Use the strategy BlueGreen, or change the pool and let the service roll it."
            );
        }

        if (!isService && (body?.MachineType is not null || body?.Release is not null))
        {
            throw new NodeManagerException(
                ErrorIds.PoolUpdateInvalid,
                ErrorKind.InvalidArgument,
                "'machine_type' and 'release' are for pools of a service.",
                pool.Name,
                "Change the NodeSmithPool first, then roll it."
            );
        }

        PoolChange change = new()
        {
            MachineType = body?.MachineType,
            Extensions = new() { Release = body?.Release },
        };
        return new()
        {
            Pool = pool.Name,
            PoolId = pool.Id,
            Namespace = PlaceOf(pools, pool).Namespace,
            Service = isService ? pools : null,
            Change = isService ? spec => pools.Provider.Format.PatchOf(change, spec, pool.Name) : null,
            Options = OptionsOf(body, strategy, isService),
        };
    }

    private static PoolUpdateStrategy StrategyOf(ApiPoolUpdateRequest? body, bool isService) =>
        ApiQuery.OneOf(body?.Strategy, "strategy", [nameof(PoolUpdateStrategy.Surge), nameof(PoolUpdateStrategy.BlueGreen)]) switch
        {
            nameof(PoolUpdateStrategy.BlueGreen) => PoolUpdateStrategy.BlueGreen,
            "" when isService => PoolUpdateStrategy.BlueGreen,
            _ => PoolUpdateStrategy.Surge,
        };

    private static PoolUpdateOptions OptionsOf(ApiPoolUpdateRequest? body, PoolUpdateStrategy strategy, bool isService)
    {
        var options = new PoolUpdateOptions
        {
            Strategy = strategy,
            All = body?.All == true,
            Drain = new DrainOptions
            {
                DeleteEmptyDirData = body?.DeleteEmptydirData == true,
                DeleteUnmanagedPods = body?.DeleteUnmanagedPods == true,
                Reason = "REST API",
            },
        };
        if (!isService)
            options = options with
            {
                MaxSurge = body?.MaxSurge ?? options.MaxSurge,
                MaxUnavailable = body?.MaxUnavailable ?? options.MaxUnavailable,
            };
        if (ApiBody.Seconds(body?.DrainTimeoutSeconds, "drain_timeout_seconds") is { } timeout)
            options = options with { DrainTimeout = timeout };
        if (ApiBody.Seconds(body?.SoakSeconds, "soak_seconds") is { } soak)
            options = options with { Soak = soak };
        return options;
    }
}

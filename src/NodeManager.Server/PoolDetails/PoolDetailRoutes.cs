using NodeManager.Core.Progress;
using NodeManager.NodePools;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Operations;
using NodeManager.NodePools.Planning;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Pools;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.PoolDetails;

/// <summary>Pool routes beyond those of a pool service: status, members, and planned changes.</summary>
internal static class PoolDetailRoutes
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder routes = endpoints.MapGroup(PoolRefusals.Pools).WithTags("Pools");
        routes.MapGet("/overview", ListAsync).ForViewers(Pool("list")).Produces<List<ApiPoolOverview>>();
        One(routes.MapGet("/{id}/overview", GetAsync).ForViewers(Pool("get"))).Produces<ApiPoolOverview>();
        One(routes.MapGet("/{id}/nodes", NodesAsync).ForViewers(Pool("get"), ListNodes)).Produces<List<string>>();
        Changed(routes.MapPost("/{id}/plan", PlanAsync), Pool("get"), ListNodes, ListPods)
            .Produces<ApiPoolPlan>()
            .WithMetadata(new ChangesNothing());
        Changed(routes.MapPatch("/{id}", ChangeAsync), Pool("patch"))
            .Produces<ApiNodePool>()
            .Produces<ApiPoolRefusal>(StatusCodes.Status409Conflict);
    }

    private static RouteHandlerBuilder Changed(RouteHandlerBuilder route, params AccessNeed[] needs) =>
        One(route.ForAdmins(needs)).Produces<ApiPoolRefusal>(StatusCodes.Status400BadRequest);

    private static RouteHandlerBuilder One(RouteHandlerBuilder route) => route.Produces<ApiPoolRefusal>(StatusCodes.Status404NotFound);

    private static async Task<IResult> ListAsync([AsParameters] PoolPlaceQuery place, ClusterSession cluster, CancellationToken stop)
    {
        var pools = new List<ApiPoolOverview>();
        await foreach (
            NodePool pool in PoolReader.ReadAsync(
                place.In(cluster.Session),
                new() { IncludeStatus = true },
                static missing => throw missing,
                NullObserver.Instance,
                stop
            )
        )
            pools.Add(pool.ToOverview());
        return Results.Json(pools, PoolDetailJson.Default.ListApiPoolOverview);
    }

    private static async Task<IResult> GetAsync(
        string id,
        [AsParameters] PoolPlaceQuery place,
        ClusterSession cluster,
        CancellationToken stop
    )
    {
        var query = new PoolQuery { Ids = [PoolPlaceQuery.Target(id).Id], IncludeStatus = true };
        await foreach (
            NodePool pool in PoolReader.ReadAsync(
                place.In(cluster.Session),
                query,
                static missing => throw missing,
                NullObserver.Instance,
                stop
            )
        )
            return Results.Json(pool.ToOverview(), PoolDetailJson.Default.ApiPoolOverview);
        // Deleted meanwhile.
        PoolPlaceQuery.Target("");
        return Results.NotFound();
    }

    private static async Task<IResult> NodesAsync(
        string id,
        [AsParameters] PoolPlaceQuery place,
        ClusterSession cluster,
        CancellationToken stop
    )
    {
        PoolContext pools = place.In(cluster.Session);
        PoolRecord pool = await PoolReader.FindAsync(pools, PoolPlaceQuery.Target(id), stop);
        IReadOnlyList<ClusterNode> nodes = await PoolMembers.ReadAsync(pools, pool.ClusterId, pool.Id, pool.Name, stop);
        return Results.Json([.. nodes.Select(static node => node.Name)], PoolDetailJson.Default.ListString);
    }

    private static async Task<IResult> PlanAsync(
        string id,
        [AsParameters] PoolPlaceQuery place,
        ApiPoolChange body,
        ClusterSession cluster,
        CancellationToken stop
    )
    {
        PoolContext pools = place.In(cluster.Session);
        PoolTarget target = PoolPlaceQuery.Target(id, body.Generation);
        return Results.Json(
            (await PoolPlanner.PlanChangeAsync(pools, target, EditOf(pools, target, body), NullObserver.Instance, stop)).ToApi(),
            PoolDetailJson.Default.ApiPoolPlan
        );
    }

    private static async Task<IResult> ChangeAsync(
        string id,
        [AsParameters] PoolPlaceQuery place,
        ApiPoolChange body,
        ClusterSession cluster,
        CancellationToken stop
    )
    {
        PoolContext pools = place.In(cluster.Session);
        PoolTarget target = PoolPlaceQuery.Target(id, body.Generation);
        return TypedResults.Ok(
            ApiNodePool.Of(await PoolEditor.ApplyRecordAsync(pools, target, EditOf(pools, target, body), NullObserver.Instance, stop))
        );
    }

    private static PoolEdit EditOf(PoolContext pools, PoolTarget target, ApiPoolChange body)
    {
        if (body.Spec is { } spec)
        {
            return body with { Spec = null, Generation = null } == new ApiPoolChange(null, null, null, null, null, null, null)
                ? new() { Patch = before => PoolMerge.Between(before, spec) }
                : throw new NodeManagerException(
                    "InvalidBody",
                    ErrorKind.InvalidArgument,
                    "The body has 'spec' and other fields; 'spec' is the whole specification.",
                    "spec"
                );
        }

        var change = new PoolChange
        {
            NodeCount = body.NodeCount,
            MachineType = body.MachineType,
            Scaling = new()
            {
                Enabled = body.Autoscaling,
                MinNodes = body.MinNodes,
                MaxNodes = body.MaxNodes,
            },
            Extensions = new() { Release = body.Release },
        };
        return new() { Patch = before => pools.Provider.Format.PatchOf(change, before, target.Text) };
    }
}

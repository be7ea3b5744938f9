using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using NodeManager.Autoscaling.Resources;
using NodeManager.Core.Progress;
using NodeManager.NodePools;
using NodeManager.NodePools.Documents;
using NodeManager.NodePools.Operations;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Responses;
using NodeManager.Sessions;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.Pools;

/// <summary>
/// The pool routes with paths and bodies of a pool service. <c>provider</c> and <c>namespace</c> in the query select where the pools are,
/// as the cmdlets' parameters do.
/// </summary>
internal sealed class PoolRoutes(ClusterSession cluster)
{
    private const int DefaultLimit = 50,
        MaximumLimit = 100;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder pools = endpoints.MapGroup(PoolRefusals.Pools).WithTags("Pools");
        Listed(
            pools.MapGet(
                "",
                ([AsParameters] PoolPlaceQuery place, [AsParameters] PoolPageQuery page, CancellationToken stop) =>
                    ListAsync("", place, page, stop)
            )
        );
        Created(
            pools.MapPost(
                "",
                ([AsParameters] PoolPlaceQuery place, ApiNodePoolCreation body, HttpContext context, CancellationToken stop) =>
                    CreateAsync("", place, body, context, stop)
            )
        );
        One(pools.MapGet("/{id}", GetAsync).ForViewers(Pool("get"))).Produces<ApiNodePool>();
        One(pools.MapPut("/{id}", ReplaceAsync).ForAdmins(Pool("patch")))
            .Produces<ApiNodePool>()
            .Produces<ApiPoolRefusal>(StatusCodes.Status400BadRequest)
            .Produces<ApiPoolRefusal>(StatusCodes.Status409Conflict);
        One(pools.MapDelete("/{id}", DeleteAsync).ForAdmins(Pool("delete")))
            .Produces(StatusCodes.Status204NoContent)
            .Produces<ApiPoolRefusal>(StatusCodes.Status409Conflict);
        One(pools.MapGet("/{id}/status", GetStatusAsync).ForViewers(Pool("get"))).Produces<ApiNodePoolStatus>();
        One(pools.MapPut("/{id}/status", ReportAsync).ForAdmins(PoolStatus("patch")))
            .Produces<ApiPoolReported>()
            .Produces<ApiPoolRefusal>(StatusCodes.Status400BadRequest);

        RouteGroupBuilder clusters = endpoints.MapGroup(PoolRefusals.Clusters).WithTags("Pools");
        Listed(
            clusters.MapGet(
                "/{clusterId}/nodepools",
                (string clusterId, [AsParameters] PoolPlaceQuery place, [AsParameters] PoolPageQuery page, CancellationToken stop) =>
                    ListAsync(clusterId, place, page, stop)
            )
        );
        Created(
            clusters.MapPost(
                "/{clusterId}/nodepools",
                (
                    string clusterId,
                    [AsParameters] PoolPlaceQuery place,
                    ApiNodePoolCreation body,
                    HttpContext context,
                    CancellationToken stop
                ) => CreateAsync(clusterId, place, body, context, stop)
            )
        );
    }

    private static void Listed(RouteHandlerBuilder route) =>
        route.ForViewers(Pool("list")).Produces<ApiNodePoolPage>().Produces<ApiPoolRefusal>(StatusCodes.Status400BadRequest);

    private static void Created(RouteHandlerBuilder route) =>
        route
            .ForAdmins(Pool("create"))
            .Produces<ApiNodePool>(StatusCodes.Status201Created)
            .Produces<ApiPoolRefusal>(StatusCodes.Status400BadRequest)
            .Produces<ApiPoolRefusal>(StatusCodes.Status409Conflict);

    private static RouteHandlerBuilder One(RouteHandlerBuilder route) => route.Produces<ApiPoolRefusal>(StatusCodes.Status404NotFound);

    private async Task<IResult> ListAsync(string clusterId, PoolPlaceQuery place, PoolPageQuery page, CancellationToken stop)
    {
        int limit = ApiQuery.ParseNumber(page.Limit, "limit", DefaultLimit, 1, MaximumLimit),
            offset = ApiQuery.ParseNumber(page.Offset, "offset", 0, 0, int.MaxValue);
        var query = new PoolQuery
        {
            Cluster = clusterId,
            Phase = ApiQuery.OneOf(page.Status, "status", NodePoolPhase.All),
            Health = ApiQuery.OneOf(page.Health, "health", NodePoolHealth.All),
        };
        List<ApiNodePool> chosen = [];
        int total = 0;
        await foreach (PoolRecord pool in PoolReader.ListRecordsAsync(Context(place), query, stop))
        {
            if (total >= offset && chosen.Count < limit)
                chosen.Add(ApiNodePool.Of(pool));
            total++;
        }

        return TypedResults.Ok(new ApiNodePoolPage(chosen, total, limit, offset));
    }

    private async Task<IResult> CreateAsync(
        string clusterId,
        PoolPlaceQuery place,
        ApiNodePoolCreation body,
        HttpContext context,
        CancellationToken stop
    )
    {
        PoolContext pools = Context(place);
        string name = ApiBody.Required(body.Name, "name");
        JsonObject spec = ApiBody.Required(body.Spec, "spec");
        if (clusterId.Length > 0 && body.ClusterId is { Length: > 0 } named && !named.Equals(clusterId, StringComparison.OrdinalIgnoreCase))
            throw new NodeManagerException(
                "InvalidBody",
                ErrorKind.InvalidArgument,
                $"'cluster_id' is '{named}'; the path names the cluster '{clusterId}'.",
                named
            );
        PoolCluster home = await PoolClusters.ResolveAsync(pools, clusterId.Length > 0 ? clusterId : body.ClusterId ?? "", stop);
        PoolRecord created = await PoolCreator.CreateRecordAsync(pools, new(name, home.Id, spec), NullObserver.Instance, stop);
        return TypedResults.Created(
            $"{context.Request.PathBase}{PoolRefusals.Pools}/{created.Id}{context.Request.QueryString}",
            ApiNodePool.Of(created)
        );
    }

    private async Task<IResult> GetAsync(string id, [AsParameters] PoolPlaceQuery place, CancellationToken stop) =>
        TypedResults.Ok(ApiNodePool.Of(await PoolReader.FindAsync(Context(place), Target(id), stop)));

    private async Task<IResult> ReplaceAsync(
        string id,
        [AsParameters] PoolPlaceQuery place,
        ApiNodePoolReplacement body,
        CancellationToken stop
    )
    {
        JsonObject spec = ApiBody.Required(body.Spec, "spec");
        var edit = new PoolEdit { NewName = ApiBody.Required(body.Name, "name"), Patch = before => PoolMerge.Between(before, spec) };
        return TypedResults.Ok(
            ApiNodePool.Of(
                await PoolEditor.ApplyRecordAsync(
                    Context(place),
                    PoolPlaceQuery.Target(id, body.Generation),
                    edit,
                    NullObserver.Instance,
                    stop
                )
            )
        );
    }

    private async Task<IResult> DeleteAsync(
        string id,
        [AsParameters] PoolPlaceQuery place,
        [FromQuery(Name = "generation")] string? generation,
        CancellationToken stop
    )
    {
        long? seen = generation is null ? null : ApiQuery.ParseNumber(generation, "generation", 0, 0, int.MaxValue);
        await PoolEditor.DeleteAsync(Context(place), PoolPlaceQuery.Target(id, seen), stop);
        return TypedResults.NoContent();
    }

    private async Task<IResult> GetStatusAsync(string id, [AsParameters] PoolPlaceQuery place, CancellationToken stop) =>
        TypedResults.Ok((await PoolReader.ReadStatusAsync(Context(place), Target(id), stop)).ToApi());

    private async Task<IResult> ReportAsync(string id, [AsParameters] PoolPlaceQuery place, ApiPoolReport body, CancellationToken stop)
    {
        PoolContext pools = Context(place);
        PoolStatusReport report = body.ToReport();
        PoolRecord pool = await PoolReader.FindAsync(pools, Target(id), stop);
        await PoolStatusReporter.ReportAsync(pools, new() { Id = pool.Id, Name = pool.Name }, report, stop);
        return TypedResults.Ok(
            new ApiPoolReported("Status updated successfully", pool.Id, pool.ClusterId, report.Controller, report.ObservedGeneration)
        );
    }

    private PoolContext Context(PoolPlaceQuery place) => place.In(cluster.Session);

    private static PoolTarget Target(string id) => PoolPlaceQuery.Target(id);
}

internal sealed record PoolPlaceQuery
{
    /// <summary>A <see cref="NodePoolProvider"/>; by default the session's pool service, else the cluster.</summary>
    [FromQuery(Name = "provider")]
    public string? Provider { get; init; }

    /// <summary>The namespace of the autoscaler's resources, for pools of the cluster.</summary>
    [FromQuery(Name = "namespace")]
    public string? Namespace { get; init; }

    public PoolContext In(NodeManagerSession session) =>
        PoolSessions.Of(
            session,
            new(
                ApiQuery.OneOf(Provider, "provider", [NodePoolProvider.Service, NodePoolProvider.Cluster]),
                Namespace is { Length: > 0 } ns ? ns : NodeSmithNames.DefaultNamespace
            )
        );

    /// <summary>The pool of an id. Only UUIDs are ids.</summary>
    /// <param name="generation">The only generation that may be changed; null for any.</param>
    public static PoolTarget Target(string id, long? generation = null) =>
        Guid.TryParse(id, out Guid known)
            ? new() { Id = known.ToString("D"), Generation = generation }
            : throw new NodeManagerException(
                ErrorIds.NodePoolNotFound,
                ErrorKind.ObjectNotFound,
                $"There is no node pool with the id '{id}'.",
                id,
                $"GET {PoolRefusals.Pools} lists the ids."
            );
}

internal sealed record PoolPageQuery
{
    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    [FromQuery(Name = "offset")]
    public string? Offset { get; init; }

    /// <summary>A <see cref="NodePoolPhase"/>.</summary>
    [FromQuery(Name = "status")]
    public string? Status { get; init; }

    /// <summary>A <see cref="NodePoolHealth"/>.</summary>
    [FromQuery(Name = "health")]
    public string? Health { get; init; }
}

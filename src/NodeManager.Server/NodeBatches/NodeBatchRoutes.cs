using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Caching;
using NodeManager.Drains;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.NodeDetails;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.NodeBatches;

/// <summary>Changes and drains of several nodes by one request, with their previews.</summary>
internal sealed class NodeBatchRoutes(ClusterSession cluster, LiveNodeService live, DrainOperations drains, AuditLog audit)
{
    private const int MostNodes = 5000;
    private const int Concurrency = 16;

    private NodeManagerSession Session => cluster.Session;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder routes = endpoints.MapGroup(NodeRoutes.Prefix + "/nodes").WithTags("Nodes");
        routes
            .MapPost("/changes", ChangeAsync)
            .ForAdmins(PatchNodes)
            .Produces<ApiBatchResult>()
            .Produces<ApiError>(StatusCodes.Status400BadRequest);
        routes
            .MapPost("/drain/plan", PlanAsync)
            .ForAdmins(ListNodes, ListPods)
            .WithMetadata(new ChangesNothing())
            .Produces<List<ApiDrainPlan>>()
            .Produces<ApiError>(StatusCodes.Status400BadRequest)
            .Produces<ApiError>(StatusCodes.Status404NotFound);
        routes
            .MapPost("/drain", DrainAsync)
            .ForAdmins(PatchNodes, EvictPods)
            .Produces<ApiOperation>(StatusCodes.Status202Accepted)
            .Produces<ApiError>(StatusCodes.Status400BadRequest)
            .Produces<ApiError>(StatusCodes.Status404NotFound)
            .Produces<ApiError>(StatusCodes.Status409Conflict);
    }

    private async Task<IResult> ChangeAsync(HttpContext context, ApiBatchChange body, CancellationToken stop)
    {
        IReadOnlyList<ApiBatchNode> chosen = ApiBody.Required(body.Nodes, "nodes");
        RequireCount(chosen.Count);
        NodeBatchChange change = NodeBatchChange.Of(body);
        LiveNodes nodes = await live.ReadyAsync(stop);
        var results = new ApiBatchNodeResult[chosen.Count];
        await Parallel.ForAsync(
            0,
            chosen.Count,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = stop },
            async (i, token) => results[i] = await ChangeNodeAsync(nodes, chosen[i], change, body.DryRun == true, token)
        );
        if (body.DryRun != true)
        {
            string by = context.User.Identity!.Name!;
            foreach (ApiBatchNodeResult result in results)
                audit.Acted(by, change.ToString(), result.Name, result.Error ?? result.Outcome);
        }

        return TypedResults.Ok(new ApiBatchResult(results));
    }

    private async Task<ApiBatchNodeResult> ChangeNodeAsync(
        LiveNodes nodes,
        ApiBatchNode chosen,
        NodeBatchChange change,
        bool dryRun,
        CancellationToken stop
    )
    {
        string name = chosen.Name ?? "";
        ClusterNode? before = nodes.Find(name);
        string? old = before is null ? null : change.ValueIn(before);
        try
        {
            if (before is null)
                throw nodes.Missing(name);
            ClusterNode after = await change.ApplyAsync(Session, new(before.Name, before.Uid), chosen.Seen ?? new(old), dryRun, stop);
            string outcome = change.ValueIn(after) == old ? ApiBatchNodeResult.Unchanged : ApiBatchNodeResult.Changed;
            return new(name, outcome, old, change.ValueIn(after), before.ToApi(before.ObservedAt).Operation);
        }
        catch (NodeManagerException failure)
        {
            return new(name, ApiBatchNodeResult.Failed, old, null, null, failure.ErrorId, AnswerAdvice.In(failure.Message));
        }
    }

    private async Task<IResult> PlanAsync(ApiBatchDrain body, CancellationToken stop) =>
        Results.Json(
            [
                .. (
                    await DrainPlanner.PlanAsync(
                        Session,
                        [.. NodesOf(body).Select(static name => new NodeTarget(name))],
                        DrainOperations.WithDefaults(body.Drain),
                        stop
                    )
                ).Select(NodeDetailMapping.ToApi),
            ],
            DetailJson.Default.ListApiDrainPlan
        );

    private async Task<IResult> DrainAsync(HttpContext context, ApiBatchDrain body, CancellationToken stop) =>
        OperationRoutes.Accepted(
            context,
            await drains.StartAsync(context.User.Identity!.Name!, NodesOf(body), DrainOperations.WithDefaults(body.Drain), stop)
        );

    private static List<string> NodesOf(ApiBatchDrain body)
    {
        IReadOnlyList<string> nodes = ApiBody.Required(body.Nodes, "nodes");
        RequireCount(nodes.Count);
        return [.. nodes.Distinct(StringComparer.Ordinal)];
    }

    private static void RequireCount(int count)
    {
        if (count is 0 or > MostNodes)
            throw new NodeManagerException(
                "InvalidBody",
                ErrorKind.InvalidArgument,
                $"'nodes' has {count} nodes; it takes 1 to {MostNodes}.",
                count
            );
    }
}

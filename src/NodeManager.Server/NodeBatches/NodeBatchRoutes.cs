using NodeManager.Core.Nodes.Caching;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Nodes;
using NodeManager.Server.Operations;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.NodeBatches;

/// <summary>Changes and drains of several nodes by one request.</summary>
internal sealed class NodeBatchRoutes(ClusterSession cluster, LiveNodeService live, DrainOperations drains, AuditLog audit)
{
    private const int Concurrency = 16;

    // The result in the audit log of a change whose client did not wait for the answer.
    private const string Disconnected = "Disconnected";

    private NodeManagerSession Session => cluster.Session;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder routes = endpoints.MapGroup(NodeRoutes.Prefix + "/nodes").WithTags("Nodes");
        routes
            .MapPost("/changes", ChangeAsync)
            .ForAdmins(PatchNodes)
            .TakesNodes()
            .Produces<ApiBatchResult>()
            .Produces<ApiError>(StatusCodes.Status400BadRequest);
        routes
            .MapPost("/drain", DrainAsync)
            .ForAdmins(PatchNodes, EvictPods)
            .TakesNodes()
            .Produces<ApiOperation>(StatusCodes.Status202Accepted)
            .Produces<ApiError>(StatusCodes.Status400BadRequest)
            .Produces<ApiError>(StatusCodes.Status404NotFound)
            .Produces<ApiError>(StatusCodes.Status409Conflict);
    }

    private async Task<IResult> ChangeAsync(HttpContext context, ApiBatchChange body, CancellationToken stop)
    {
        IReadOnlyList<ApiBatchNode> chosen = ApiBody.Required(body.Nodes, "nodes");
        ApiBatchDrain.RequireCount(chosen.Count);
        NodeBatchChange change = NodeBatchChange.Of(body);
        LiveNodes nodes = await live.ReadyAsync(stop);
        var results = new ApiBatchNodeResult[chosen.Count];
        try
        {
            await Parallel.ForAsync(
                0,
                chosen.Count,
                new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = stop },
                async (i, token) => results[i] = await ChangeNodeAsync(nodes, chosen[i], change, body.DryRun == true, token)
            );
        }
        finally
        {
            // Also for a client that has disconnected: the changes before that were made.
            if (body.DryRun != true)
                Record(context.User.Identity!.Name!, change, results);
        }

        return TypedResults.Ok(new ApiBatchResult(results));
    }

    private void Record(string by, NodeBatchChange change, ApiBatchNodeResult?[] results)
    {
        foreach (ApiBatchNodeResult result in results.OfType<ApiBatchNodeResult>())
            audit.Acted(by, change.ToString(), result.Name, result.Error ?? result.Outcome);
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
            return new(name, outcome, old, change.ValueIn(after), before.ToOperation());
        }
        catch (NodeManagerException failure)
        {
            return new(name, ApiBatchNodeResult.Failed, old, null, null, failure.ErrorId, AnswerAdvice.In(failure.Message));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // A change that was sent may have been made, so the audit log names the node.
            return new(name, ApiBatchNodeResult.Failed, old, null, null, Disconnected);
        }
    }

    private async Task<IResult> DrainAsync(HttpContext context, ApiBatchDrain body, CancellationToken stop) =>
        OperationRoutes.Accepted(
            context,
            await drains.StartAsync(context.User.Identity!.Name!, body.Names(), DrainOperations.WithDefaults(body.Drain), stop)
        );
}

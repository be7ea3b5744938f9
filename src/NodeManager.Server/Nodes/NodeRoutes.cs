using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using NodeManager.Core.Nodes.Caching;
using NodeManager.Core.Nodes.Editing;
using NodeManager.Core.Sessions;
using NodeManager.Drains.Options;
using NodeManager.Server.Access;
using NodeManager.Server.Clusters;
using NodeManager.Server.Operations;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.Nodes;

/// <summary>The node routes with paths and bodies of the StreamSpace node manager.</summary>
internal sealed class NodeRoutes(ClusterSession cluster, LiveNodeService live, DrainOperations drains, NodeListing listing)
{
    /// <summary>The prefix of the StreamSpace node manager's routes.</summary>
    public const string Prefix = "/api/plugins/streamspace-node-manager";

    private const string EvictionWarning =
        "299 - \"NoExecute deletes pods that do not tolerate the taint, without regard to PodDisruptionBudgets. To evict within them, drain the node.\"";

    private NodeManagerSession Session => cluster.Session;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        RouteGroupBuilder routes = endpoints.MapGroup(Prefix).WithTags("Nodes");
        routes.MapGet("/nodes", ListAsync).ForViewers(ListNodes).Produces<List<ApiNode>>();
        routes.MapGet("/nodes/stats", StatisticsAsync).ForViewers(ListNodes).Produces<ApiStatistics>();
        One(routes.MapGet("/nodes/{name}", GetAsync).ForViewers(GetNode));
        Changed(routes.MapPut("/nodes/{name}/labels", SetLabelAsync));
        // Keys usually contain a slash, hence the catch-all.
        Changed(routes.MapDelete("/nodes/{name}/labels/{**key}", RemoveLabelAsync));
        Changed(routes.MapPost("/nodes/{name}/taints", SetTaintAsync));
        Changed(routes.MapDelete("/nodes/{name}/taints/{**key}", RemoveTaintAsync));
        Changed(routes.MapPost("/nodes/{name}/cordon", (string name, CancellationToken stop) => CordonAsync(name, true, stop)));
        Changed(routes.MapPost("/nodes/{name}/uncordon", (string name, CancellationToken stop) => CordonAsync(name, false, stop)));
        routes
            .MapPost("/nodes/{name}/drain", DrainAsync)
            .ForAdmins(PatchNode, new("create", "pods/eviction", Scope: NamespacesOfNode))
            .Produces<ApiDrainResult>()
            .Produces<ApiOperation>(StatusCodes.Status202Accepted)
            .Produces<ApiDrainResult>(StatusCodes.Status403Forbidden)
            .Produces<ApiError>(StatusCodes.Status404NotFound)
            .Produces<ApiDrainResult>(StatusCodes.Status409Conflict);
    }

    private static void Changed(RouteHandlerBuilder route) =>
        One(route.ForAdmins(PatchNode))
            .Produces<ApiError>(StatusCodes.Status400BadRequest)
            .Produces<ApiError>(StatusCodes.Status409Conflict);

    private static RouteHandlerBuilder One(RouteHandlerBuilder route) =>
        route.Produces<ApiNode>().Produces<ApiError>(StatusCodes.Status404NotFound);

    // 304 for a client that has this list already. Pages continue by name, because nodes come and go between two requests.
    private async Task ListAsync(
        HttpContext context,
        [FromQuery(Name = "limit")] string? limit,
        [FromQuery(Name = "after")] string? after,
        CancellationToken stop
    )
    {
        int most = ApiQuery.ParseNumber(limit, "limit", int.MaxValue, 1, int.MaxValue);
        (IReadOnlyList<GzipText> parts, string tag, string? last) = await live.ReadAsync(nodes => PageOf(nodes.List(), most, after), stop);
        HttpResponse response = context.Response;
        if (last is not null)
            response.Headers.Link = $"<?limit={most}&after={last}>; rel=\"next\"";
        response.Headers.ETag = tag;
        var current = EntityTagHeaderValue.Parse(tag);
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(one => one.Compare(current, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/json; charset=utf-8";
        GzipBody body = new(context);
        body.Prepare(parts);
        await body.BeginAsync(stop);
        foreach (GzipText part in parts)
            await body.WriteAsync(part, stop);
        await body.EndAsync(stop);
    }

    // With the last name if there are more nodes.
    private (IReadOnlyList<GzipText> Parts, string Tag, string? Last) PageOf(IReadOnlyList<ClusterNode> nodes, int most, string? after)
    {
        int start = nodes.Count(node => string.CompareOrdinal(node.Name, after) <= 0);
        int end = start + Math.Min(most, nodes.Count - start);
        (IReadOnlyList<GzipText> parts, string tag) = listing.Of(nodes, start..end, Session.Time().GetUtcNow());
        return (parts, tag, end < nodes.Count ? nodes[end - 1].Name : null);
    }

    private async Task<IResult> GetAsync(string name, CancellationToken stop)
    {
        LiveNodes nodes = await live.ReadyAsync(stop);
        return Answer(nodes.Find(name) ?? throw nodes.Missing(name));
    }

    private async Task<IResult> StatisticsAsync(CancellationToken stop) => TypedResults.Ok((await live.ReadyAsync(stop)).Sum().ToApi());

    // The result of a change has no usage; the cache does, and already has the change.
    private Ok<ApiNode> Answer(ClusterNode node) =>
        TypedResults.Ok(
            (
                (live.Nodes.IsCurrent ? live.Nodes.Find(node.Name) : null) is { } known && known.ResourceVersion == node.ResourceVersion
                    ? known
                    : node
            ).ToApi(Session.Time().GetUtcNow())
        );

    private async Task<IResult> SetLabelAsync(string name, ApiLabel label, CancellationToken stop)
    {
        string key = ApiBody.Required(label.Key, "key"),
            value = label.Value ?? "";
        // PUT replaces.
        return Answer(
            label.Seen is { } seen
                ? await NodeEditor.ChangeLabelAsync(Session, name, key, value, seen.Value, stop)
                : await NodeEditor.SetLabelsAsync(
                    Session,
                    name,
                    new Dictionary<string, string> { [key] = value },
                    overwrite: true,
                    dryRun: false,
                    stop
                )
        );
    }

    private async Task<IResult> RemoveLabelAsync(
        string name,
        string key,
        [FromQuery(Name = "seen")] string? seen,
        CancellationToken stop
    ) =>
        Answer(
            seen is not null
                ? await NodeEditor.ChangeLabelAsync(Session, name, key, null, seen, stop)
                : await NodeEditor.RemoveLabelsAsync(Session, name, [key], dryRun: false, stop)
        );

    private async Task<IResult> SetTaintAsync(HttpContext context, string name, ApiTaintRequest taint, CancellationToken stop)
    {
        var wanted = new NodeTaint
        {
            Key = ApiBody.Required(taint.Key, "key"),
            Value = taint.Value ?? "",
            Effect = ApiBody.Required(taint.Effect, "effect"),
        };
        ClusterNode node = taint.Seen is { } seen
            ? await NodeEditor.ChangeTaintAsync(Session, name, wanted, remove: false, seen.Value, stop)
            : await NodeEditor.SetTaintsAsync(Session, name, [wanted], overwrite: true, dryRun: false, stop);
        // As the API server does (RFC 7234, 5.5).
        if (wanted.Effect == "NoExecute")
            context.Response.Headers.Warning = EvictionWarning;
        return Answer(node);
    }

    private async Task<IResult> RemoveTaintAsync(
        string name,
        string key,
        [FromQuery(Name = "effect")] string? effect,
        [FromQuery(Name = "seen")] string? seen,
        CancellationToken stop
    )
    {
        if (seen is null)
            return Answer(
                await NodeEditor.RemoveTaintsAsync(
                    Session,
                    name,
                    [(key, string.IsNullOrEmpty(effect) ? null : effect)],
                    dryRun: false,
                    stop
                )
            );
        if (string.IsNullOrEmpty(effect))
            throw new NodeManagerException(
                "InvalidRequest",
                ErrorKind.InvalidArgument,
                "The query has 'seen', the value of one taint, and no 'effect'.",
                key
            );
        var taint = new NodeTaint { Key = key, Effect = effect };
        return Answer(await NodeEditor.ChangeTaintAsync(Session, name, taint, remove: true, seen, stop));
    }

    private async Task<IResult> CordonAsync(string name, bool unschedulable, CancellationToken stop)
    {
        ClusterNode node = await NodeEditor.SetUnschedulableAsync(Session, name, unschedulable, dryRun: false, stop);
        return Answer(node);
    }

    private async Task<IResult> DrainAsync(HttpContext context, string name, ApiDrainRequest? request, CancellationToken stop)
    {
        DrainOptions options = request?.Drain ?? new();
        options = DrainOperations.WithDefaults(options);
        string by = context.User.Identity!.Name!;
        if (OperationRoutes.IsAsyncPreferred(context.Request))
            return OperationRoutes.Accepted(context, await drains.StartAsync(by, [name], options, stop));
        RunningNodeDrain running = drains.Start(by, [name], options, isFollowed: false);
        TrackedOperation drain = running.Operation;
        await running.EndAsync(stop);
        Exception? problem = drain.Operation.Failures is [var first, ..] ? first.Exception : null;
        if (drain.Operation.Results is not [NodeDrainResult result])
            throw problem ?? new OperationCanceledException(stop);
        var failure = problem as NodeManagerException;
        return Results.Json(result.ToApi(failure?.ErrorId), statusCode: StatusOf(result, failure));
    }

    private static int StatusOf(NodeDrainResult result, NodeManagerException? failure)
    {
        if (failure is null)
            return result.Status == NodeDrainStatus.Cancelled ? StatusCodes.Status409Conflict : StatusCodes.Status200OK;
        // The node is cordoned and the request can be repeated: a conflict with blockers, not a gateway error.
        return result.Status == NodeDrainStatus.TimedOut ? StatusCodes.Status409Conflict : ApiErrors.StatusOf(failure.Kind);
    }
}

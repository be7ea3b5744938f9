using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using NodeManager.Autoscaling.Host;
using NodeManager.Core.Operations;
using NodeManager.NodePools.Updates;
using NodeManager.SchedulerControl.Restarts;
using NodeManager.Server.Access;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.Operations;

/// <summary>Follows and cancels operations.</summary>
internal static class OperationRoutes
{
    public const string Path = "/api/v1/operations";

    // Progress, results and blockers of drains name pods of all namespaces.
    private static readonly AccessNeed[] Read = [ListNodes, ListPods];

    // Cancelling work that drains nodes takes the rights of the route alone.
    private static readonly Dictionary<string, AccessNeed[]> Cancellation = new()
    {
        [SchedulerRestarter.Kind] = [new("patch", "deployments", "apps")],
        [AutoscalerHost.Kind] = [Pool("patch") with { Scope = Everywhere }],
        [PoolUpdateOperations.Kind] = [Pool("patch") with { Scope = Everywhere }],
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder group = routes.MapGroup(Path).WithTags("Operations");
        group
            .MapGet("", (OperationRegistry operations) => TypedResults.Ok(operations.All.Select(o => o.ToApi()).ToList()))
            .ForViewers(Read)
            .Produces<List<ApiOperation>>();
        group.MapGet("/{id}", GetAsync).ForViewers(Read).Produces<ApiOperation>().Produces<ApiError>(StatusCodes.Status404NotFound);
        group
            .MapDelete("/{id}", CancelAsync)
            .ForAdmins(PatchNodes, ListPods)
            .WithMetadata(new ChangesNothing())
            .Produces<ApiOperation>(StatusCodes.Status202Accepted)
            .Produces<ApiError>(StatusCodes.Status404NotFound);
        group
            .MapGet("/{id}/events", FollowAsync)
            .ForViewers(Read)
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .Produces<ApiError>(StatusCodes.Status404NotFound);
    }

    /// <summary>The caller prefers an operation over waiting (RFC 7240).</summary>
    public static bool IsAsyncPreferred(HttpRequest request) =>
        request
            .Headers["Prefer"]
            .SelectMany(v => (v ?? "").Split(','))
            .Any(v => v.Trim().Equals("respond-async", StringComparison.OrdinalIgnoreCase));

    /// <summary>202 with the operation and its location.</summary>
    public static IResult Accepted(HttpContext context, TrackedOperation tracked)
    {
        context.Response.Headers.Location = $"{context.Request.PathBase}{Path}/{tracked.Operation.Id}";
        context.Response.Headers["Preference-Applied"] = "respond-async";
        return Results.Json(tracked.ToApi(), statusCode: StatusCodes.Status202Accepted);
    }

    /// <summary>The operation for a caller who does not wait for it, else what it ended with.</summary>
    /// <param name="answer">Null if the operation has no result to answer with.</param>
    /// <exception cref="Exception">The first failure of the operation, or its cancellation.</exception>
    public static async Task<IResult> AnswerAsync(
        HttpContext context,
        TrackedOperation tracked,
        Func<RunningOperation, IResult?> answer,
        CancellationToken stop
    )
    {
        if (IsAsyncPreferred(context.Request))
            return Accepted(context, tracked);
        RunningOperation operation = tracked.Operation;
        // A disconnect cancels it.
        await using (stop.Register(operation.Cancel))
            await operation.Completion;
        return answer(operation) ?? throw (operation.Failures is [var first, ..] ? first.Exception : new OperationCanceledException(stop));
    }

    private static async Task<IResult> GetAsync(string id, OperationRegistry operations, IRemoteOperations remote, CancellationToken stop)
    {
        if (operations.TryFind(id) is { } known)
            return Results.Json(known.ToApi());
        if (await remote.FindAsync(id, stop) is { } stored)
            return Results.Json(stored.ToApi());
        // Of another process, or of one that was killed.
        return await remote.LocksAsync(id, stop) is { Count: > 0 } locks
            ? Results.Json(OperationMapping.ToApi(id, locks))
            : Results.Json(operations.Find(id).ToApi());
    }

    // Operations of other processes that are not stored are cancelled through the locks of their nodes.
    private static async Task<IResult> CancelAsync(
        string id,
        HttpContext context,
        OperationRegistry operations,
        IRemoteOperations remote,
        CallerRights rights,
        CancellationToken stop
    )
    {
        if ((operations.TryFind(id) ?? await remote.FindAsync(id, stop)) is { } tracked)
        {
            if (Cancellation.TryGetValue(tracked.Operation.Kind, out AccessNeed[]? needs))
                await rights(context, needs);
            if (tracked.Operation.State == OperationState.Running)
                await tracked.CancelAsync(stop);
            return Results.Json(tracked.ToApi(), statusCode: StatusCodes.Status202Accepted);
        }

        if (await remote.CancelAsync(id, context.User.Identity!.Name!, stop) is not { Count: > 0 } cancelled)
            return Results.Json(operations.Find(id).ToApi(), statusCode: StatusCodes.Status202Accepted);
        return Results.Json(
            OperationMapping.ToApi(id, [.. cancelled.Select(static one => (one.Node, one.Lock, true))]),
            statusCode: StatusCodes.Status202Accepted
        );
    }

    private static async Task<ServerSentEventsResult<ApiOperationEvent>> FollowAsync(
        string id,
        HttpContext context,
        OperationRegistry operations,
        IRemoteOperations remote,
        IHostApplicationLifetime host
    )
    {
        string last = context.Request.Headers["Last-Event-ID"].ToString();
        if (!long.TryParse(last.Length > 0 ? last : "0", NumberStyles.None, CultureInfo.InvariantCulture, out long after))
            throw new NodeManagerException(
                "InvalidHeader",
                ErrorKind.InvalidArgument,
                $"Last-Event-ID is '{last}'; it takes the id of an event.",
                last
            );
        TrackedOperation tracked = operations.TryFind(id) ?? await remote.FindAsync(id, context.RequestAborted) ?? operations.Find(id);
        // Other operations end within the shutdown time, and their followers see how.
        CancellationToken stopping = tracked.Ending == OperationEnding.Continued ? host.ApplicationStopping : CancellationToken.None;
        return TypedResults.ServerSentEvents(EventsAsync(tracked, after, context, stopping));
    }

    private static async IAsyncEnumerable<SseItem<ApiOperationEvent>> EventsAsync(
        TrackedOperation tracked,
        long after,
        HttpContext context,
        CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken aborted = default
    )
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted,
            aborted,
            stopping,
            context.Features.Get<Grant>()!.Ended
        );
        IAsyncEnumerator<OperationEvent> events = tracked.Operation.ReadAsync(after, end.Token).GetAsyncEnumerator(CancellationToken.None);
        await using (events)
        {
            while (await NextAsync(events, end.Token))
            {
                ApiOperationEvent happened = events.Current.ToApi(tracked.Shape);
                yield return new(happened, happened.Type) { EventId = happened.Sequence.ToString(CultureInfo.InvariantCulture) };
            }
        }
    }

    // A disconnect, an ended grant and a stopping host end the stream without an error.
    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<OperationEvent> events, CancellationToken end)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return false;
        }
    }
}

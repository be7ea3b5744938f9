using System.Net.ServerSentEvents;
using NodeManager.Server.Access;
using NodeManager.Server.Metrics;
using NodeManager.Server.Nodes;

namespace NodeManager.Server.Live;

/// <summary>Streams changes of the cluster, so that clients need not poll. All readers share one watch.</summary>
internal static class EventRoutes
{
    public const string Path = "/api/v1/events";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(Path, FollowAsync).ForViewers().WithTags("Events").Produces(StatusCodes.Status200OK, contentType: "text/event-stream");

    private static async Task<IResult> FollowAsync(HttpContext context, EventLog log, LiveNodeService live, ServerTelemetry telemetry, IHostApplicationLifetime host, CancellationToken aborted)
    {
        // A caller who cannot read nodes gets an error instead of an empty stream.
        await live.ReadyAsync(aborted);
        string last = context.Request.Headers["Last-Event-ID"].ToString();
        CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, host.ApplicationStopping, context.Features.Get<Grant>()!.Ended);
        context.Response.RegisterForDispose(end);
        context.Response.RegisterForDispose(telemetry.Streaming());
        IAsyncEnumerable<SseItem<string>> events = log.ReadAsync(last, end.Token);
        return TypedResults.ServerSentEvents(events);
    }
}

using Microsoft.AspNetCore.Http.Features;
using NodeManager.Server.Access;
using NodeManager.Server.Metrics;
using NodeManager.Server.Nodes;
using NodeManager.Server.Responses;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.EventStream;

/// <summary>
/// Streams changes of the cluster. Readers share one watch and the bytes of batches.
/// </summary>
internal static class EventRoutes
{
    public const string Path = "/api/v1/events";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapGet(Path, FollowAsync)
            .ForViewers(ListNodes, new("watch", "nodes"))
            .WithTags("Events")
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream");

    private static async Task FollowAsync(
        HttpContext context,
        EventLog log,
        LiveNodeService live,
        ServerTelemetry telemetry,
        IHostApplicationLifetime host,
        CancellationToken aborted
    )
    {
        // A caller who cannot read nodes gets an error instead of an empty stream.
        await live.ReadyAsync(aborted);
        string last = context.Request.Headers["Last-Event-ID"].ToString();
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted,
            host.ApplicationStopping,
            context.Features.Get<Grant>()!.Ended
        );
        using IDisposable counted = telemetry.Streaming();
        GzipBody body = new(context);
        Begin(context.Response);
        try
        {
            await body.BeginAsync(end.Token);
            await foreach (EventBatch batch in log.ReadAsync(last, end.Token))
            {
                await body.WriteAsync(batch.Text, end.Token);
                await body.FlushAsync(end.Token);
            }

            await body.EndAsync(context.RequestAborted);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader has disconnected or missed events.
        }
    }

    private static void Begin(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache,no-store";
        response.Headers.Pragma = "no-cache";
        response.HttpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
    }
}

using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using NodeManager.Server.Access;
using NodeManager.Server.Metrics;
using NodeManager.Server.Nodes;
using static NodeManager.Server.Access.AccessNeed;

namespace NodeManager.Server.EventStream;

/// <summary>
/// Streams changes of the cluster. Readers share one watch and the bytes of batches, which are compressed for clients that accept gzip.
/// Compressed data has no secrets and nothing of a request, so that its length reveals nothing (BREACH).
/// </summary>
internal static class EventRoutes
{
    public const string Path = "/api/v1/events";

    private const string Gzip = "gzip";

    // Pending bytes are copied per connection into retained buffers: 500 streams held 100 MB after an event of 400 KB.
    private const int LargestPiece = 8 * 1024;

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
        GzipSequence? gzip = TakesGzip(context.Request) ? new() : null;
        Begin(context.Response, gzip is not null);
        PipeWriter body = context.Response.BodyWriter;
        try
        {
            if (gzip is not null)
                await WriteAsync(body, GzipSequence.Header, end.Token);
            await foreach (EventBatch batch in log.ReadAsync(last, end.Token))
                await WriteAsync(body, gzip is null ? batch.Text : gzip.Add(batch.Compressed), end.Token);
            if (gzip is not null)
                await WriteAsync(body, gzip.End(), context.RequestAborted);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader has disconnected or missed events.
        }
    }

    private static async ValueTask WriteAsync(PipeWriter body, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            ReadOnlyMemory<byte> piece = bytes[..Math.Min(bytes.Length, LargestPiece)];
            await body.WriteAsync(piece, cancellationToken);
            bytes = bytes[piece.Length..];
        }
    }

    private static void Begin(HttpResponse response, bool isCompressed)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache,no-store";
        response.Headers.Pragma = "no-cache";
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        // Prevents proxies from buffering events for compression.
        response.Headers.ContentEncoding = isCompressed ? Gzip : "identity";
        response.HttpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
    }

    private static bool TakesGzip(HttpRequest request) =>
        request
            .GetTypedHeaders()
            .AcceptEncoding.Any(static one => one.Value.Equals(Gzip, StringComparison.OrdinalIgnoreCase) && one.Quality != 0);
}

using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using NodeManager.Sandbox.Api.Handlers;
using NodeManager.Sandbox.Api.Requests;
using NodeManager.Sandbox.Model.Kinds.Access;
using NodeManager.Sandbox.Model.Kinds.Errors;

namespace NodeManager.Sandbox.Http;

/// <summary>Sends requests to the API in process. Disposing it ends its watches.</summary>
internal sealed class InProcessTransport(ApiServer server, CancellationToken clusterStopped) : HttpMessageHandler
{
    private readonly CancellationTokenSource _disposed = CancellationTokenSource.CreateLinkedTokenSource(clusterStopped);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested && !clusterStopped.IsCancellationRequested, this);
        if (clusterStopped.IsCancellationRequested)
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The embedded cluster has been stopped.");
        cancellationToken.ThrowIfCancellationRequested();
        Stream body = request.Content is null ? Stream.Null : await request.Content.ReadAsStreamAsync(cancellationToken);
        if (Authenticate(request) is not { } user)
            return Translate(request, ApiResponse.Refusal(StatusErrors.Unauthorized()));
        ApiResponse answer = await server.HandleAsync(
            new()
            {
                User = user,
                Impersonation = ImpersonationRequest.Read(request.Headers),
                Method = request.Method.Method,
                Path = request.RequestUri!.AbsolutePath,
                Query = new(request.RequestUri.Query),
                Accept = request.Headers.Accept.ToString(),
                ContentType = request.Content?.Headers.ContentType?.ToString() ?? "",
                UserAgent = request.Headers.UserAgent.ToString(),
                Body = body,
            },
            cancellationToken
        );
        return Translate(request, answer);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _disposed.Cancel();
            _disposed.Dispose();
        }

        base.Dispose(disposing);
    }

    // Code of the process is the administrator, unless it sends a user's token.
    private UserInfo? Authenticate(HttpRequestMessage request) =>
        request.Headers.Authorization is not { } shown ? UserInfo.Administrator
        : AuthorizationHeader.BearerTokenOf(shown.ToString()) is { } token ? server.Tokens.Authenticate(token)
        : null;

    private HttpResponseMessage Translate(HttpRequestMessage request, ApiResponse answer)
    {
        HttpContent content = answer.Stream is { } write
            ? new StreamContent(Start(write))
            : new StreamContent(new SegmentStream(answer.Segments));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(answer.ContentType);
        if (answer.Stream is null)
            content.Headers.ContentLength = answer.Segments.Sum(static segment => (long)segment.Length);
        var response = new HttpResponseMessage((HttpStatusCode)answer.StatusCode)
        {
            Content = content,
            RequestMessage = request,
            Version = request.Version,
        };
        if (answer.RetryAfterSeconds is { } seconds)
            response.Headers.Add("Retry-After", seconds.ToString(CultureInfo.InvariantCulture));
        foreach (string warning in WarningHeader.Format(answer.Warnings))
            response.Headers.TryAddWithoutValidation("Warning", warning);
        return response;
    }

    private WatchedStream Start(Func<PipeWriter, CancellationToken, Task> write)
    {
        var pipe = new Pipe();
        var ended = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
        _ = PumpAsync(write, pipe.Writer, ended);
        return new(pipe.Reader, ended);
    }

    // After the transport was disposed, a body ends with an error, as after a lost connection.
    private static async Task PumpAsync(Func<PipeWriter, CancellationToken, Task> write, PipeWriter into, CancellationTokenSource ended)
    {
        try
        {
            await Task.Yield();
            await write(into, ended.Token);
            await into.CompleteAsync();
        }
        catch (OperationCanceledException)
        {
            await into.CompleteAsync(new IOException("The connection was closed."));
        }
        catch (Exception exception)
        {
            await into.CompleteAsync(exception);
        }
        finally
        {
            ended.Dispose();
        }
    }
}

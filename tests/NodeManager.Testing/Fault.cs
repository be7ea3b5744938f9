using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace NodeManager.Testing;

/// <summary>One way for a request to go wrong. Made by its static members.</summary>
public sealed class Fault
{
    private readonly Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, CancellationToken, Task<HttpResponseMessage>> _apply;

    private Fault(Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, CancellationToken, Task<HttpResponseMessage>> apply) =>
        _apply = apply;

    /// <summary>The connection is never made.</summary>
    public static Fault Refuse() =>
        new(
            (_, _, _) =>
                throw new HttpRequestException(
                    HttpRequestError.ConnectionError,
                    "Connection refused",
                    new SocketException((int)SocketError.ConnectionRefused)
                )
        );

    /// <summary>The connection breaks before anything reached the server.</summary>
    public static Fault Drop() => new((_, _, _) => throw Reset());

    /// <summary>The server does what was asked, and the connection breaks before its answer arrives.</summary>
    public static Fault DropAnswer() =>
        new(
            async (_, send, _) =>
            {
                (await send()).Dispose();
                throw Reset();
            }
        );

    /// <summary>Something happens in the cluster before the request arrives.</summary>
    public static Fault After(Func<Task> happens) =>
        new(
            async (_, send, _) =>
            {
                await happens();
                return await send();
            }
        );

    public static Fault Delay(TimeSpan by, TimeProvider time) =>
        new(
            async (_, send, token) =>
            {
                await Task.Delay(by, time, token);
                return await send();
            }
        );

    /// <summary>The server answers this in its place.</summary>
    /// <param name="code">409, 410, 429, 500, …</param>
    /// <param name="reason">The Status' reason.</param>
    /// <param name="retryAfter">Seconds.</param>
    public static Fault Answer(HttpStatusCode code, string reason = "", int? retryAfter = null) =>
        AnswerJson(
            code,
            $$"""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"injected","reason":"{{reason}}","code":{{(int)code}}}""",
            retryAfter
        );

    public static Fault AnswerJson(HttpStatusCode code, string json, int? retryAfter = null) =>
        new(
            (request, _, _) =>
            {
                var response = new HttpResponseMessage(code)
                {
                    RequestMessage = request,
                    Content = new StringContent(json, Encoding.UTF8, "application/json"),
                };
                if (retryAfter is { } seconds)
                    response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(seconds));
                return Task.FromResult(response);
            }
        );

    /// <summary>The body ends after so many bytes, without an error.</summary>
    public static Fault Truncate(int bytes) => OfBody(body => new FaultyStream(body, bytes, null));

    /// <summary>The connection breaks after so many bytes of the body.</summary>
    public static Fault Reset(int bytes) => OfBody(body => new FaultyStream(body, bytes, Reset()));

    /// <summary>The connection breaks after so many lines of the body: in the middle of a watch.</summary>
    public static Fault ResetAfterLines(int lines) => OfBody(body => new LineStream(body, lines, 1, Reset()));

    /// <summary>Each line of the body comes twice.</summary>
    public static Fault RepeatLines() => OfBody(body => new LineStream(body, int.MaxValue, 2, null));

    /// <summary>The answer begins, and no byte of its body arrives.</summary>
    public static Fault Stall() => OfBody(body => new StalledStream(body));

    public Task<HttpResponseMessage> ApplyAsync(
        HttpRequestMessage request,
        Func<Task<HttpResponseMessage>> send,
        CancellationToken cancellationToken
    ) => _apply(request, send, cancellationToken);

    private static HttpRequestException Reset() =>
        new(
            HttpRequestError.ResponseEnded,
            "Connection reset by peer",
            new IOException("reset", new SocketException((int)SocketError.ConnectionReset))
        );

    private static Fault OfBody(Func<Stream, Stream> wrap) =>
        new(
            async (request, send, token) =>
            {
                HttpResponseMessage response = await send();
                var content = new StreamContent(wrap(await response.Content.ReadAsStreamAsync(token)));
                content.Headers.ContentType = response.Content.Headers.ContentType;
                response.Content = content;
                return response;
            }
        );
}

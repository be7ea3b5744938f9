using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes.Timing;
using NodeManager.Kubernetes.Transport;
using NodeManager.NodePools;

namespace NodeManager.Providers.PoolService;

/// <summary>Whether a request that may have been executed can be retried.</summary>
internal enum PoolRepeat
{
    /// <summary>The caller must find out what happened.</summary>
    Never,

    /// <summary>The request is idempotent.</summary>
    Always,
}

/// <summary>Sends requests to the service with retries.</summary>
internal sealed partial class PoolServiceSender : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly RetryPolicy Policy = RetryPolicy.Requests with { FirstPause = TimeSpan.FromMilliseconds(250) };

    private readonly HttpClient _http;
    private readonly PoolServiceConfiguration _configuration;
    private readonly PoolTokenSource _tokens;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _clockOffset;

    public PoolServiceSender(PoolServiceSettings settings, Uri address)
    {
        _configuration = settings.Configuration;
        _time = settings.Time;
        _logger = settings.Logger;
        _tokens = new(settings.Configuration, settings.Token, settings.Time);
        RequireTls(address);
        Errors = new(address);
        _http = new(settings.Transport ?? PoolServiceTransport.Create(settings.Configuration))
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(
            new ProductInfoHeaderValue("NodeManager", typeof(PoolServiceSender).Assembly.GetName().Version?.ToString(3))
        );
        _http.DefaultRequestHeaders.Accept.Add(new("application/json"));
        _http.DefaultRequestHeaders.Add("X-User-Email", settings.Configuration.User);
    }

    public PoolServiceErrors Errors { get; }

    public DateTimeOffset Now => _time.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _clockOffset));

    /// <summary>Sends a request and reads its response.</summary>
    /// <param name="query">With the question mark, or empty.</param>
    /// <param name="body">Null for none.</param>
    /// <exception cref="PoolAnswerLostException">It may have been executed, and must not be retried.</exception>
    public Task<T> SendAsync<T>(
        PoolRequest request,
        string query,
        byte[]? body,
        JsonTypeInfo<T> answer,
        PoolRepeat repeat,
        CancellationToken cancellationToken
    )
        where T : class =>
        SendAsync(
            request,
            query,
            body,
            async (response, token) =>
            {
                await using Stream stream = await response.Content.ReadAsStreamAsync(token);
                return await JsonSerializer.DeserializeAsync(stream, answer, token) ?? throw new JsonException("It is null.");
            },
            repeat,
            cancellationToken
        );

    /// <summary>Sends a request without a response body. False for a missing object.</summary>
    public Task<bool> SendAsync(PoolRequest request, byte[]? body, CancellationToken cancellationToken) =>
        SendAsync(request, "", body, static (_, _) => Task.FromResult(true), PoolRepeat.Always, cancellationToken);

    public void Dispose()
    {
        _http.Dispose();
        _tokens.Dispose();
    }

    private async Task<T> SendAsync<T>(
        PoolRequest request,
        string query,
        byte[]? body,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        PoolRepeat repeat,
        CancellationToken cancellationToken
    )
    {
        bool mayBeDone = false;
        string? token = await _tokens.GetAsync(null, cancellationToken);
        bool isRefreshed = false;
        for (int tries = 1; ; tries++)
        {
            Failure failure;
            using var limit = new CancellationTokenSource(_configuration.Timeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                using HttpResponseMessage response = await SendOnceAsync(request, query, body, token, either.Token);
                if (response.IsSuccessStatusCode)
                    return await read(response, either.Token);
                WireError? error = await ReadErrorAsync(response, either.Token);
                if (response.StatusCode == HttpStatusCode.Unauthorized && !isRefreshed)
                {
                    isRefreshed = true;
                    string? other = await _tokens.GetAsync(token, cancellationToken);
                    if (other != token)
                    {
                        token = other;
                        continue;
                    }
                }

                // An earlier try has deleted it.
                if (mayBeDone && request.Method == HttpMethod.Delete && response.StatusCode == HttpStatusCode.NotFound)
                    return await read(response, either.Token);
                failure = Classify(request, response, error);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && Classify(request, e, tries) is { } judged)
            {
                failure = judged;
            }

            mayBeDone |= failure.MayBeDone;
            bool isRetried = failure.MayPass && (repeat == PoolRepeat.Always || !failure.MayBeDone);
            if (!isRetried && failure.MayBeDone && repeat == PoolRepeat.Never)
                throw new PoolAnswerLostException(failure.Error);
            if (!isRetried || tries >= Policy.MaximumAttempts)
                throw failure.Error;
            TimeSpan wait = Policy.PauseAfter(tries, failure.RetryAfter);
            LogRetry(_logger, request.Method.Method, request.Path, (long)wait.TotalMilliseconds, tries);
            await _time.DelayAsync(wait, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        PoolRequest request,
        string query,
        byte[]? body,
        string? token,
        CancellationToken cancellationToken
    )
    {
        using var message = new HttpRequestMessage(request.Method, request.Path + query);
        if (token is not null)
            message.Headers.Authorization = new("Bearer", token);
        if (body is not null)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new("application/json");
        }

        HttpResponseMessage response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.Headers.Date is { } date)
            Interlocked.Exchange(ref _clockOffset, (date - _time.GetUtcNow()).Ticks);
        LogAnswer(_logger, request.Method.Method, request.Path, (int)response.StatusCode);
        return response;
    }

    private Failure Classify(PoolRequest request, HttpResponseMessage response, WireError? error)
    {
        int code = (int)response.StatusCode;
        TimeSpan? retryAfter = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => null,
        };
        bool mayPass = code is 408 or 429 or >= 500 && code != 501 && !(retryAfter > LongestWait);
        return new(
            new PoolServiceRefusal(Errors.Refused(request, response.StatusCode, error), error is not null, code),
            mayPass,
            MayBeDone: code is 408 or >= 500,
            retryAfter
        );
    }

    // Null for an internal error.
    private Failure? Classify(PoolRequest request, Exception exception, int tries) =>
        exception switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } e => new(
                Errors.Unreachable(request, tries, e),
                e.InnerException is SocketException,
                false
            ),
            HttpRequestException
            {
                HttpRequestError: HttpRequestError.NameResolutionError
                    or HttpRequestError.ProxyTunnelError
                    or HttpRequestError.SecureConnectionError
            } e => new(Errors.Unreachable(request, tries, e), false, false),
            HttpRequestException or IOException => new(Errors.Unreachable(request, tries, exception), true, true),
            OperationCanceledException => new(Errors.TimedOut(request, _configuration.Timeout, exception), true, true),
            JsonException => new(Errors.Unreadable(request, exception.Message, exception), true, true),
            _ => null,
        };

    private static async Task<WireError?> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            WireRefusal? refusal = await JsonSerializer.DeserializeAsync(stream, PoolServiceJson.Default.WireRefusal, cancellationToken);
            return refusal?.Error is { Code: not null } error ? error : null;
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            return null;
        }
    }

    private void RequireTls(Uri address)
    {
        if (
            address.Scheme == Uri.UriSchemeHttps
            || !_tokens.HasToken
            || address.IsLoopback
            || address.Host.EndsWith(".invalid", StringComparison.Ordinal)
        )
            return;
        throw new NodeManagerException(
            ErrorIds.PoolServiceInvalid,
            ErrorKind.SecurityError,
            $"The pool service at {address} has no TLS, so it gets no token: anyone on the way could read it.",
            address,
            "Use an address that begins with https://."
        );
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Pool service: {Method} {Path}: {Code}")]
    private static partial void LogAnswer(ILogger logger, string method, string path, int code);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Pool service: repeating {Method} {Path} in {Milliseconds} ms (try {Tries} failed)"
    )]
    private static partial void LogRetry(ILogger logger, string method, string path, long milliseconds, int tries);

    private sealed record Failure(NodeManagerException Error, bool MayPass, bool MayBeDone, TimeSpan? RetryAfter = null);
}

/// <summary>A refusal, with the facts that determine the service's routes.</summary>
/// <param name="isOfService">The response had the service's error format, so the path exists.</param>
internal sealed class PoolServiceRefusal(NodeManagerException error, bool isOfService, int code)
    : NodeManagerException(error.ErrorId, error.Kind, error.Message, error.Target, error.RecommendedAction, error.InnerException)
{
    public bool IsUnknownPath => !isOfService && code is 404 or 405 or 501;
}

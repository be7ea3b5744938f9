using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Protobuf;

namespace NodeManager.Kubernetes.Transport;

/// <summary>Sends requests, reads responses and retries.</summary>
internal sealed partial class RequestSender : IDisposable
{
    private static readonly ProductInfoHeaderValue Agent = new(
        "NodeManager",
        typeof(RequestSender).Assembly.GetName().Version?.ToString(3)
    );

    private const int LongestText = 1024;

    private readonly HttpClient _http;

    // Complete addresses, as a relative one would be parsed twice for each request.
    private readonly string _root;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _clockOffset;

    public RequestSender(Uri server, HttpMessageHandler transport, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        // A server may have a base path (https://host/k8s/clusters/c-1): appended paths must not begin with a slash.
        _root = server.AbsoluteUri.TrimEnd('/') + "/";
        _http = new(transport)
        {
            BaseAddress = new(_root),
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { UserAgent = { Agent } },
        };
    }

    /// <summary>The server's clock minus the local one, from its last response; zero without a Date header.</summary>
    public TimeSpan ClockOffset => new(Interlocked.Read(ref _clockOffset));

    /// <param name="read">Reads the body of a successful response; retried if it is truncated.</param>
    public Task<T> SendAsync<T>(
        ApiRequest request,
        Func<Stream, CancellationToken, ValueTask<T>> read,
        CancellationToken cancellationToken
    ) => SendAsync(request, (body, _, token) => read(body, token), cancellationToken);

    /// <inheritdoc cref="SendAsync{T}(ApiRequest, Func{Stream, CancellationToken, ValueTask{T}}, CancellationToken)"/>
    /// <param name="read">Reads the body of a successful response of the given media type.</param>
    public async Task<T> SendAsync<T>(
        ApiRequest request,
        Func<Stream, string?, CancellationToken, ValueTask<T>> read,
        CancellationToken cancellationToken
    )
    {
        long start = _time.GetTimestamp();
        RetryPolicy policy = RetryPolicy.Requests;
        for (int tries = 1; ; tries++)
        {
            TimeSpan? retryAfter = null;
            try
            {
                using HttpResponseMessage response = await SendOnceAsync(request, cancellationToken);
                await using BoundedStream body = new(await response.Content.ReadAsStreamAsync(cancellationToken), request.LargestAnswer);
                return await read(body, response.Content.Headers.ContentType?.MediaType, cancellationToken);
            }
            catch (KubernetesException e)
                when (tries < policy.MaximumAttempts && IsTransient(e.Code, request.Retry) && !(e.RetryAfter > policy.LongestPause))
            {
                retryAfter = e.RetryAfter;
            }
            catch (Exception e) when (TransportFailure.Of(e) is { } failure && !cancellationToken.IsCancellationRequested)
            {
                bool isRetried = failure.IsTransient && (request.Retry == RetryMode.Always || failure.IsUnsent);
                if (tries >= policy.MaximumAttempts || !isRetried)
                    throw failure.ToException(_http.BaseAddress!, request, tries, _time.GetElapsedTime(start));
            }

            TimeSpan wait = policy.PauseAfter(tries, retryAfter);
            Log.Retrying(_logger, request.Method.Method, request.Path, (long)wait.TotalMilliseconds, tries);
            await Task.Delay(wait, _time, cancellationToken);
        }
    }

    /// <summary>Sends once, for callers with their own retries (watches). The caller reads and disposes the response.</summary>
    public async Task<HttpResponseMessage> SendOnceAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(request.Method, new Uri(_root + request.PathAndQuery.TrimStart('/')))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }

        HttpResponseMessage response = await AnswerAsync(message, request, cancellationToken);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await ReadRefusalAsync(response, request, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private static bool IsTransient(HttpStatusCode code, RetryMode mode) =>
        mode switch
        {
            RetryMode.Always => TransientFailure.Is(code),
            RetryMode.WhenRefused => code is HttpStatusCode.TooManyRequests,
            _ => false,
        };

    private long Milliseconds(long start) => (long)_time.GetElapsedTime(start).TotalMilliseconds;

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage message, ApiRequest request, CancellationToken cancellationToken)
    {
        long start = _time.GetTimestamp();
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (Exception e)
        {
            Log.Unanswered(_logger, request.Method.Method, request.Path, Milliseconds(start), e.GetBaseException().Message);
            throw;
        }

        if (response.Headers.Date is { } date)
            Interlocked.Exchange(ref _clockOffset, (date - _time.GetUtcNow()).Ticks);
        Log.Answered(_logger, request.Method.Method, request.Path, (int)response.StatusCode, Milliseconds(start));
        return response;
    }

    private async Task<KubernetesException> ReadRefusalAsync(
        HttpResponseMessage response,
        ApiRequest request,
        CancellationToken cancellationToken
    )
    {
        Status? status = null;
        string text = "";
        try
        {
            string mediaType = response.Content.Headers.ContentType?.MediaType ?? "";
            await using BoundedStream body = new(await response.Content.ReadAsStreamAsync(cancellationToken), BoundedStream.LargestRefusal);
            if (mediaType == WireEnvelope.MediaType)
            {
                using MemoryStream whole = new();
                await body.CopyToAsync(whole, cancellationToken);
                status = StatusWire.Read(whole.ToArray());
            }
            else if (mediaType.EndsWith("json", StringComparison.Ordinal))
            {
                status = await JsonSerializer.DeserializeAsync(body, KubernetesJson.Default.Status, cancellationToken);
            }
            else if (mediaType == "text/plain")
            {
                byte[] start = new byte[LongestText];
                int length = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
                text = Encoding.UTF8.GetString(start.AsSpan(0, length)).Trim();
            }
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException or InvalidDataException)
        {
            // The code is sufficient.
        }

        // An HTTPS port of an API server answers plain HTTP with this code and a line of text.
        if (status is null && response.StatusCode == HttpStatusCode.BadRequest && _http.BaseAddress!.Scheme == Uri.UriSchemeHttp)
            throw TransportFailure.IsPlain(_http.BaseAddress, request);
        return new(response.StatusCode, status, request.Method.Method, request.Path, RetryAfter(response, status)) { Text = text };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response, Status? status)
    {
        TimeSpan? asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => status?.Details?.RetryAfterSeconds is int seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null,
        };
        return asked < TimeSpan.Zero ? TimeSpan.Zero : asked;
    }
}

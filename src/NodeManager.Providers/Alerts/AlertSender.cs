using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using NodeManager.Monitoring.Alerts.Delivery;
using NodeManager.Providers.Http;

namespace NodeManager.Providers.Alerts;

/// <summary>Posts to one address, which may be a secret: failures only name its host. Redirects are refused and TLS is verified.</summary>
[SuppressMessage("Design", "CA1001", Justification = "It lives as long as its monitor, and idle connections close by themselves.")]
internal sealed class AlertSender
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly Uri _address;
    private readonly HttpClient _client;
    private readonly TimeProvider _wall;

    /// <param name="caBundle">PEM in base64 to trust instead of the system's authorities; null: the system's.</param>
    /// <param name="wall">For dates in Retry-After.</param>
    /// <param name="authorization">Sent with each request; null: none.</param>
    public AlertSender(Uri address, string? caBundle, TimeProvider wall, AuthenticationHeaderValue? authorization = null)
    {
        _address = address;
        _wall = wall;
        // The delivery queue times out attempts.
        _client = new(ProviderHttp.Transport(caBundle, insecure: false)) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.Authorization = authorization;
    }

    /// <param name="headers">In addition to those of the body.</param>
    public Task PostAsync(byte[] body, IEnumerable<KeyValuePair<string, string>> headers, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, _address, body, headers, 0, cancellationToken);

    /// <summary>Sends to another path of the same receiver.</summary>
    /// <param name="path">Relative to the address, whose last segment it replaces.</param>
    /// <param name="body">Null: none.</param>
    /// <param name="limit">The maximum size of the answer in bytes; 0: it is not read.</param>
    public Task<byte[]> SendAsync(HttpMethod method, string path, byte[]? body, int limit, CancellationToken cancellationToken) =>
        SendAsync(method, new(_address, path), body, [], limit, cancellationToken);

    private async Task<byte[]> SendAsync(
        HttpMethod method,
        Uri address,
        byte[]? body,
        IEnumerable<KeyValuePair<string, string>> headers,
        int limit,
        CancellationToken cancellationToken
    )
    {
        using HttpRequestMessage request = new(method, address);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new("application/json");
        }

        request.Headers.UserAgent.Add(new("NodeManager", null));
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        HttpResponseMessage answer;
        try
        {
            answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            // Not the inner exception, which may quote the address.
            throw new AlertDeliveryException(
                failure.InnerException is AuthenticationException
                    ? $"the certificate of {_address.Host} is not trusted."
                    : $"{_address.Host} cannot be reached ({failure.HttpRequestError})."
            );
        }

        using (answer)
        {
            if (answer.IsSuccessStatusCode)
                return limit == 0 ? [] : await ReadAsync(answer, limit, cancellationToken);
            int code = (int)answer.StatusCode;
            throw new AlertDeliveryException(
                code is >= 300 and < 400
                    ? $"{_address.Host} answered with a redirect ({code}), which is not followed."
                    : $"{_address.Host} answered {code} ({answer.StatusCode})."
            )
            {
                IsRefusal =
                    answer.StatusCode
                        is HttpStatusCode.BadRequest
                            or HttpStatusCode.RequestEntityTooLarge
                            or HttpStatusCode.UnprocessableEntity,
                RetryAfter = Pause(answer.Headers.RetryAfter),
            };
        }
    }

    private async Task<byte[]> ReadAsync(HttpResponseMessage answer, int limit, CancellationToken cancellationToken)
    {
        try
        {
            await answer.Content.LoadIntoBufferAsync(limit, cancellationToken);
            return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            throw new AlertDeliveryException($"the answer of {_address.Host} cannot be read ({failure.HttpRequestError}).");
        }
    }

    private TimeSpan? Pause(RetryConditionHeaderValue? asked) =>
        asked switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } when date > _wall.GetUtcNow() => date - _wall.GetUtcNow(),
            _ => null,
        };
}

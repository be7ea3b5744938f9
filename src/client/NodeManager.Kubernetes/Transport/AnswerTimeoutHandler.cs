using System.Globalization;

namespace NodeManager.Kubernetes.Transport;

/// <summary>
/// Times out requests without a response, for servers that accept connections and stay silent. Excludes watches. The API server's own
/// <c>--request-timeout</c> is 60 s by default.
/// </summary>
internal sealed class AnswerTimeoutHandler(HttpMessageHandler inner, TimeSpan limit) : DelegatingHandler(inner)
{
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(75);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsWatch(request.RequestUri))
            return await base.SendAsync(request, cancellationToken);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(limit);
        try
        {
            return await base.SendAsync(request, late.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"no answer within {limit.TotalSeconds:0.#} s."));
        }
    }

    private static bool IsWatch(Uri? address) =>
        address?.Query.TrimStart('?').Split('&').Any(static p => p is "watch=true" or "watch=1") == true;
}

namespace NodeManager.Conformance.Harness;

/// <summary>Puts headers on every request.</summary>
internal sealed class HeaderHandler(HttpMessageHandler inner, IEnumerable<KeyValuePair<string, string>> headers) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return base.SendAsync(request, cancellationToken);
    }
}

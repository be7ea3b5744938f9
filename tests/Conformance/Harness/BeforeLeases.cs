namespace NodeManager.Conformance.Harness;

/// <summary>Does something before Leases are read: what was read before them is then old.</summary>
internal sealed class BeforeLeases(HttpMessageHandler inner, Func<Task> action) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method == HttpMethod.Get && request.RequestUri!.AbsolutePath.Contains("/leases", StringComparison.Ordinal))
            await action();
        return await base.SendAsync(request, cancellationToken);
    }
}

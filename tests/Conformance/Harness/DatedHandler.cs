namespace NodeManager.Conformance.Harness;

/// <summary>Has the embedded cluster say what its clock is, as the answers of API servers do.</summary>
internal sealed class DatedHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
        answer.Headers.Date ??= TimeProvider.System.GetUtcNow();
        return answer;
    }
}

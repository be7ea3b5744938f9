namespace NodeManager.Conformance.Harness;

/// <summary>From the first request that meets the condition on, the server answers nothing: requests end when their callers give up.</summary>
/// <param name="inner">Leads to the server.</param>
/// <param name="begins">The condition.</param>
internal sealed class HangingHandler(HttpMessageHandler inner, Func<HttpRequestMessage, bool> begins) : DelegatingHandler(inner)
{
    private volatile bool _hangs;

    /// <summary>No request is answered from now on.</summary>
    public void Hang() => _hangs = true;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _hangs |= begins(request);
        if (_hangs)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        return await base.SendAsync(request, cancellationToken);
    }
}

namespace NodeManager.Conformance.Autoscaling;

/// <summary>What a process has to its server, until it is killed: what it sent before may have been done, and it learns of nothing more.</summary>
internal sealed class KillSwitch(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly CancellationTokenSource _killed = new();

    public void Kill() => _killed.Cancel();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_killed.IsCancellationRequested)
            throw new HttpRequestException("killed");
        // A request that has left cannot be called back.
        Task<HttpResponseMessage> sending = base.SendAsync(request, CancellationToken.None);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _killed.Token);
            return await sending.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException("killed");
        }
    }
}

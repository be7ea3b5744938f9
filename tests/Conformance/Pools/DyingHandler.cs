namespace NodeManager.Conformance.Pools;

/// <summary>What a process has to its server until it dies at one of its requests: before that is sent, or when it was carried out and the answer is on its way.</summary>
internal sealed class DyingHandler(HttpMessageHandler inner, int request, bool isCarriedOut) : DelegatingHandler(inner)
{
    private readonly CancellationTokenSource _dead = new();
    private int _requests;
    private volatile bool _isArmed;

    /// <summary>Ends all that the process does.</summary>
    public CancellationToken Dead => _dead.Token;

    /// <summary>Requests count from now on.</summary>
    public void Arm() => _isArmed = true;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        if (_dead.IsCancellationRequested)
            throw new HttpRequestException("dead");
        if (!_isArmed || Interlocked.Increment(ref _requests) != request)
            return await base.SendAsync(message, cancellationToken);
        // A request that has left cannot be called back.
        if (isCarriedOut)
            (await base.SendAsync(message, CancellationToken.None)).Dispose();
        await _dead.CancelAsync();
        throw new HttpRequestException("dead");
    }
}

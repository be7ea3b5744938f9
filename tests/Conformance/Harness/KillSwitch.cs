namespace NodeManager.Conformance.Harness;

/// <summary>
/// The connection of a process to its server until the process is killed: what it sent before may have been done, without an answer.
/// </summary>
/// <param name="stopsAt">A request that is never sent; null for none.</param>
internal sealed class KillSwitch(HttpMessageHandler inner, Func<HttpRequestMessage, bool>? stopsAt = null) : DelegatingHandler(inner)
{
    private readonly CancellationTokenSource _killed = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the request that is never sent.</summary>
    public Task Stopped => _stopped.Task;

    public void Kill() => _killed.Cancel();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_killed.IsCancellationRequested)
            throw new HttpRequestException("killed");
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _killed.Token);
            if (stopsAt?.Invoke(request) == true)
            {
                _stopped.TrySetResult();
                await Task.Delay(Timeout.Infinite, either.Token);
            }

            // A request that has left cannot be called back.
            return await base.SendAsync(request, CancellationToken.None).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException("killed");
        }
    }
}

namespace NodeManager.Sandbox.Http;

/// <summary>Times out a blocked write.</summary>
internal sealed class WriteDeadline(TimeSpan limit) : IDisposable
{
    private readonly CancellationTokenSource _source = new(Timeout.InfiniteTimeSpan, TimeProvider.System);

    public CancellationToken Token => _source.Token;

    public void Begin() => _source.CancelAfter(limit);

    public void End() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose() => _source.Dispose();
}

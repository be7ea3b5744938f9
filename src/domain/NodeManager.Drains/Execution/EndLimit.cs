namespace NodeManager.Drains.Execution;

/// <summary>
/// The time for all that is left to do on a node once its work has ended or its time is up: below two seconds in all, so that a result comes out
/// whether the server answers or not. By the wall's clock: a cluster's clock that runs ahead makes no server silent. Thread-safe.
/// </summary>
internal sealed class EndLimit : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1.8);

    private readonly CancellationTokenSource _source = new();
    private int _isStarted;

    public CancellationToken Token => _source.Token;

    /// <summary>The time begins with the first call.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) == 0)
            _source.CancelAfter(Limit);
    }

    /// <summary>Waits for work that is to end, however it ends; at most to the end of the time.</summary>
    public Task WaitAsync(Task work) =>
        work.WaitAsync(Token)
            .ContinueWith(
                static done => _ = done.Exception,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );

    public void Dispose() => _source.Dispose();
}

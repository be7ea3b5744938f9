using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Execution;

/// <summary>
/// The time for the final steps on a node after its work ended or timed out: below two seconds, so that a result appears even if the server is
/// silent. A server that is only slow gets more, so that the result names what blocks and no cordon is left behind. Uses the wall clock,
/// because a cluster's clock may run ahead. Thread-safe.
/// </summary>
internal sealed class EndLimit : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1.8);

    private readonly DrainScope _scope;
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _interruption;
    private int _isStarted;

    public EndLimit(DrainScope scope)
    {
        _scope = scope;
        _interruption = scope.Interruption.Register(Extend);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>The time starts with the first call.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) == 0)
            Extend();
    }

    /// <summary>Starts the time again, if it is not over: the server has just answered.</summary>
    public void Extend() => _source.CancelAfter(_scope.GraceOf(Limit));

    /// <summary>Waits for the task, ignores its outcome, and stops at the limit.</summary>
    public Task WaitAsync(Task work) =>
        work.WaitAsync(Token)
            .ContinueWith(
                static done => _ = done.Exception,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default
            );

    public void Dispose()
    {
        _interruption.Dispose();
        _source.Dispose();
    }
}

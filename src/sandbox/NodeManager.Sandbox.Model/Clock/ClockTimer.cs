namespace NodeManager.Sandbox.Model.Clock;

internal sealed class ClockTimer(ClusterClock clock, TimerCallback callback, object? state) : ClockEntry, ITimer, IThreadPoolWorkItem
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private volatile bool _isDisposed;

    /// <summary>Due, and queued for its callback. Set by the clock.</summary>
    public bool IsCalled { get; set; }

    public TimeSpan Period { get; private set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_isDisposed)
            return false;
        Period = period;
        clock.Schedule(this, dueTime);
        return true;
    }

    public void Execute()
    {
        if (!clock.Begin(this))
            return;
        if (_context is null)
            callback(state);
        else
            ExecutionContext.Run(_context, static timer => ((ClockTimer)timer!).Call(), this);
    }

    public void Dispose()
    {
        _isDisposed = true;
        clock.Remove(this);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Call() => callback(state);
}

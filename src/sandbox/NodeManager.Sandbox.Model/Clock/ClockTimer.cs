namespace NodeManager.Sandbox.Model.Clock;

/// <summary>A timer of a <see cref="ClusterClock"/>.</summary>
internal sealed class ClockTimer(ClusterClock clock, TimerCallback callback, object? state) : ClockEntry, ITimer, IThreadPoolWorkItem
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private volatile bool _isDisposed;

    /// <summary>It is due and on its way to its callback. The clock's to set.</summary>
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

using NodeManager.Sandbox.Model.Clock;

namespace NodeManager.Sandbox.Model.Store;

/// <summary>Holds a simulated clock at the time of the oldest change that a follower has not processed yet. Thread-safe.</summary>
internal sealed class DeliveryHold(ClusterClock clock) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<(long Number, DateTimeOffset At)> _pending = [];
    private ClockHold? _hold;
    private bool _isDisposed;

    public void Add(long number)
    {
        lock (_gate)
        {
            if (_isDisposed)
                return;
            _pending.Enqueue((number, clock.GetUtcNow()));
            _hold ??= clock.Hold();
        }
    }

    /// <summary>All changes before this number are processed.</summary>
    public void MoveTo(long next)
    {
        lock (_gate)
        {
            bool moved = false;
            while (_pending.TryPeek(out (long Number, DateTimeOffset At) oldest) && oldest.Number < next)
                moved = _pending.TryDequeue(out _);
            if (!moved)
                return;
            if (_pending.TryPeek(out (long Number, DateTimeOffset At) first))
                _hold!.MoveTo(first.At);
            else
                Release();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _pending.Clear();
            Release();
        }
    }

    private void Release()
    {
        _hold?.Dispose();
        _hold = null;
    }
}

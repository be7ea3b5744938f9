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
            (long Number, DateTimeOffset At) oldest;
            while (_pending.TryPeek(out oldest) && oldest.Number < next)
                _pending.Dequeue();
            if (_pending.Count > 0)
                _hold!.MoveTo(oldest.At);
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

namespace NodeManager.Autoscaling.Host;

/// <summary>Starts a plan when changes have paused, or have continued for too long (Karpenter: its batcher). Thread-safe.</summary>
/// <param name="plan">Called from any thread; returns immediately.</param>
public sealed class PlanTrigger(TimeProvider time, Action plan) : IDisposable
{
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private long _first;
    private bool _isDisposed;

    /// <summary>Records a change.</summary>
    public void Trigger()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            if (_timer is null)
            {
                _first = time.GetTimestamp();
                _timer = time.CreateTimer(_ => Fire(), null, Idle, Timeout.InfiniteTimeSpan);
                return;
            }

            TimeSpan remaining = Longest - time.GetElapsedTime(_first);
            _timer.Change(
                remaining < TimeSpan.Zero ? TimeSpan.Zero
                    : remaining < Idle ? remaining
                    : Idle,
                Timeout.InfiniteTimeSpan
            );
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    private void Fire()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            _timer?.Dispose();
            _timer = null;
        }

        plan();
    }
}

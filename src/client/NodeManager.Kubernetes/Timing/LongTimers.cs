namespace NodeManager.Kubernetes.Timing;

/// <summary>
/// Delays and timeouts of any length. .NET limits timers to 2^32 - 2 milliseconds (49.7 days), so longer times are split.
/// </summary>
public static class LongTimers
{
    /// <summary>The longest single timer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    /// <summary>A negative delay completes immediately, <see cref="Timeout.InfiniteTimeSpan"/> never.</summary>
    public static Task DelayAsync(this TimeProvider time, TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay > Longest)
            return DelayInPartsAsync(time, delay, cancellationToken);
        // Not awaited: most delays are cancelled, and an await would throw and catch an exception for each of them.
        return Task.Delay(delay < TimeSpan.Zero && delay != Timeout.InfiniteTimeSpan ? TimeSpan.Zero : delay, time, cancellationToken);
    }

    private static async Task DelayInPartsAsync(TimeProvider time, TimeSpan delay, CancellationToken cancellationToken)
    {
        for (; delay > Longest; delay -= Longest)
            await Task.Delay(Longest, time, cancellationToken);
        await Task.Delay(delay, time, cancellationToken);
    }

    /// <summary>
    /// A source that is cancelled after the limit: immediately if negative, never for null or <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    public static CancellationTokenSource StartLimit(this TimeProvider time, TimeSpan? limit)
    {
        if (limit is not { } after || after == Timeout.InfiniteTimeSpan)
            return new();
        return after <= Longest
            ? new CancellationTokenSource(after > TimeSpan.Zero ? after : TimeSpan.Zero, time)
            : new LongLimit(time, after);
    }

    /// <summary>A due time for timers whose callback checks the clock and rearms.</summary>
    public static TimeSpan Bound(TimeSpan dueTime) => dueTime < Longest ? dueTime : Longest;

    private sealed class LongLimit : CancellationTokenSource
    {
        private readonly Lock _lock = new();
        private readonly ITimer _timer;
        private TimeSpan _remaining;
        private bool _isDisposed;

        public LongLimit(TimeProvider time, TimeSpan limit)
        {
            _remaining = limit;
            _timer = time.CreateTimer(static state => ((LongLimit)state!).Next(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Next();
        }

        protected override void Dispose(bool disposing)
        {
            lock (_lock)
            {
                _isDisposed = true;
                _timer.Dispose();
            }

            base.Dispose(disposing);
        }

        private void Next()
        {
            lock (_lock)
            {
                if (_isDisposed)
                    return;
                if (_remaining > TimeSpan.Zero)
                {
                    TimeSpan stretch = Bound(_remaining);
                    _remaining -= stretch;
                    _timer.Change(stretch, Timeout.InfiniteTimeSpan);
                    return;
                }
            }

            try
            {
                Cancel();
            }
            catch (ObjectDisposedException)
            {
                // Disposed by its user.
            }
        }
    }
}

using NodeManager.Kubernetes.Timing;
using NodeManager.Sandbox.Model.Clock;

namespace NodeManager.Sandbox.Controllers.Runtime;

/// <summary>
/// Delayed keys: one timer of the cluster's clock for all controllers. Each key has one due time, the earliest; a controller that is called
/// too early queues it again.
/// </summary>
internal sealed class TimerQueue : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly PriorityQueue<(ReconcileQueue Queue, ObjectKey Key), DateTimeOffset> _entries = new();
    private readonly Dictionary<(ReconcileQueue Queue, ObjectKey Key), DateTimeOffset> _earliest = [];
    private DateTimeOffset _armed = DateTimeOffset.MaxValue;

    public TimerQueue(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static state => ((TimerQueue)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Schedule(ReconcileQueue queue, ObjectKey key, DateTimeOffset at)
    {
        lock (_gate)
        {
            if (_earliest.TryGetValue((queue, key), out DateTimeOffset known) && known <= at)
                return;
            _earliest[(queue, key)] = at;
            _entries.Enqueue((queue, key), at);
            Arm();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Fire()
    {
        using ClockHold? hold = (_time as ClusterClock)?.Hold();
        List<(ReconcileQueue Queue, ObjectKey Key)> due = [];
        lock (_gate)
        {
            _armed = DateTimeOffset.MaxValue;
            DateTimeOffset now = _time.GetUtcNow();
            while (_entries.TryPeek(out (ReconcileQueue Queue, ObjectKey Key) entry, out DateTimeOffset at) && at <= now)
            {
                _entries.Dequeue();
                // A rescheduled key leaves its later entry in the queue.
                if (_earliest.TryGetValue(entry, out DateTimeOffset valid) && valid == at && _earliest.Remove(entry))
                    due.Add(entry);
            }
            Arm();
        }
        foreach ((ReconcileQueue queue, ObjectKey key) in due)
            queue.Enqueue(key);
    }

    private void Arm()
    {
        if (!_entries.TryPeek(out _, out DateTimeOffset next) || next >= _armed)
            return;
        _armed = next;
        TimeSpan delay = next - _time.GetUtcNow();
        _timer.Change(delay < Shortest ? Shortest : LongTimers.Bound(delay), Timeout.InfiniteTimeSpan);
    }
}

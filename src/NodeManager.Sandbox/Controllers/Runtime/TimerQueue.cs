using NodeManager.Kubernetes.Timing;
using NodeManager.Sandbox.Model.Kinds;

namespace NodeManager.Sandbox.Controllers.Runtime;

/// <summary>
/// What is to be looked at later: one timer of the cluster's clock for all controllers and thousands of nodes. A key has at most one
/// time, the earliest; who is called too early asks again.
/// </summary>
internal sealed class TimerQueue : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly ITimer timer;
    private readonly PriorityQueue<(ReconcileQueue Queue, ObjectKey Key), DateTimeOffset> entries = new();
    private readonly Dictionary<(ReconcileQueue Queue, ObjectKey Key), DateTimeOffset> earliest = [];
    private DateTimeOffset armed = DateTimeOffset.MaxValue;

    public TimerQueue(TimeProvider time)
    {
        this.time = time;
        timer = time.CreateTimer(static state => ((TimerQueue)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Schedule(ReconcileQueue queue, ObjectKey key, DateTimeOffset at)
    {
        lock (gate)
        {
            if (earliest.TryGetValue((queue, key), out DateTimeOffset known) && known <= at) return;
            earliest[(queue, key)] = at;
            entries.Enqueue((queue, key), at);
            Arm();
        }
    }

    public void Dispose() => timer.Dispose();

    private void Fire()
    {
        List<(ReconcileQueue Queue, ObjectKey Key)> due = [];
        lock (gate)
        {
            armed = DateTimeOffset.MaxValue;
            DateTimeOffset now = time.GetUtcNow();
            while (entries.TryPeek(out (ReconcileQueue Queue, ObjectKey Key) entry, out DateTimeOffset at) && at <= now)
            {
                entries.Dequeue();
                // What was moved to an earlier time leaves its later entry behind.
                if (earliest.TryGetValue(entry, out DateTimeOffset valid) && valid == at && earliest.Remove(entry)) due.Add(entry);
            }
            Arm();
        }
        foreach ((ReconcileQueue queue, ObjectKey key) in due) queue.Enqueue(key);
    }

    private void Arm()
    {
        if (!entries.TryPeek(out _, out DateTimeOffset next) || next >= armed) return;
        armed = next;
        TimeSpan delay = next - time.GetUtcNow();
        timer.Change(delay < Shortest ? Shortest : LongTimers.Bound(delay), Timeout.InfiniteTimeSpan);
    }
}

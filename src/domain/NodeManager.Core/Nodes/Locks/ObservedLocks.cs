using System.Collections.Concurrent;

namespace NodeManager.Core.Nodes.Locks;

/// <summary>
/// Locks of other processes as observed by this one, by node UID: a lock without a change for its duration, by this process's monotonic
/// clock, has expired. One for each session. Thread-safe.
/// </summary>
public sealed class ObservedLocks(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (NodeLock Lock, long Since)> _seen = new(StringComparer.Ordinal);

    /// <summary>Records the current lock of a node.</summary>
    /// <returns>The lock if it is live; else null.</returns>
    public NodeLock? Observe(string uid, NodeLock? now)
    {
        if (now is null)
        {
            _seen.TryRemove(uid, out _);
            return null;
        }

        return Remaining(uid, now) > TimeSpan.Zero ? now : null;
    }

    /// <summary>The time until the lock expires without a renewal.</summary>
    public TimeSpan Remaining(string uid, NodeLock now)
    {
        long timestamp = time.GetTimestamp();
        (NodeLock _, long since) = _seen.AddOrUpdate(uid, _ => (now, timestamp), (_, seen) => seen.Lock == now ? seen : (now, timestamp));
        return now.Duration - time.GetElapsedTime(since, timestamp);
    }
}

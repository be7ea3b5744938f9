using System.Collections.Concurrent;

namespace NodeManager.Core.Nodes.Locks;

/// <summary>
/// What this process has seen of locks of others, by the node's UID: a lock that did not change for its duration, by this process's monotonic clock, is dead.
/// One for each session. Thread-safe.
/// </summary>
public sealed class SeenLocks(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (NodeLock Lock, long Since)> _seen = new(StringComparer.Ordinal);

    /// <summary>Takes in what is on a node now.</summary>
    /// <returns>The lock, if it is alive as far as this process knows.</returns>
    public NodeLock? Observe(string uid, NodeLock? now)
    {
        if (now is null)
        {
            _seen.TryRemove(uid, out _);
            return null;
        }

        return Remaining(uid, now) > TimeSpan.Zero ? now : null;
    }

    /// <summary>How long until the lock counts as dead, if it is not renewed.</summary>
    public TimeSpan Remaining(string uid, NodeLock now)
    {
        long timestamp = time.GetTimestamp();
        (NodeLock _, long since) = _seen.AddOrUpdate(uid, _ => (now, timestamp), (_, seen) => seen.Lock == now ? seen : (now, timestamp));
        return now.Duration - time.GetElapsedTime(since, timestamp);
    }
}

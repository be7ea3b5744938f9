using System.Collections.Concurrent;

namespace NodeManager.Controllers.Queueing;

/// <summary>Measures durations of observed starts with the monotonic clock, and of earlier starts by the wall clock. Thread-safe.</summary>
public sealed class ObservedTimes(TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Uid, string What), long> _begun = new();
    private readonly long _start = time.GetTimestamp();

    /// <summary>Records an observed start.</summary>
    public void Begin(string uid, string what) => _begun[(uid, what)] = time.GetTimestamp();

    /// <summary>The duration so far.</summary>
    /// <param name="since">The start as recorded in the object.</param>
    public TimeSpan Elapsed(string uid, string what, DateTimeOffset since)
    {
        if (_begun.TryGetValue((uid, what), out long begun))
            return time.GetElapsedTime(begun);
        // Another process observed the start. A clock that was set back must not extend the duration.
        TimeSpan byClock = time.GetUtcNow() - since;
        return byClock >= TimeSpan.Zero ? byClock : time.GetElapsedTime(_start);
    }

    /// <summary>Removes the starts of an object.</summary>
    public void Remove(string uid)
    {
        foreach ((string Uid, string What) key in _begun.Keys.Where(key => key.Uid == uid))
            _begun.TryRemove(key, out _);
    }
}

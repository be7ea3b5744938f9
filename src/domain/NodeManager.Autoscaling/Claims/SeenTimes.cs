using System.Collections.Concurrent;

namespace NodeManager.Autoscaling.Claims;

/// <summary>
/// How long something has lasted that began before one's eyes, whatever happens to the clock meanwhile. Of what began earlier, by the clock.
/// Thread-safe.
/// </summary>
internal sealed class SeenTimes(TimeProvider time)
{
    private readonly ConcurrentDictionary<(string Uid, string What), long> _begun = new();
    private readonly long _start = time.GetTimestamp();

    /// <summary>It begins now.</summary>
    public void Begin(string uid, string what) => _begun[(uid, what)] = time.GetTimestamp();

    /// <summary>How long it has lasted.</summary>
    /// <param name="uid">Of the object.</param>
    /// <param name="what">What about it.</param>
    /// <param name="since">When it began, as the object has it.</param>
    public TimeSpan Elapsed(string uid, string what, DateTimeOffset since)
    {
        if (_begun.TryGetValue((uid, what), out long begun))
            return time.GetElapsedTime(begun);
        // Another process saw it begin. A clock that was set back must not make it endless.
        TimeSpan byClock = time.GetUtcNow() - since;
        return byClock >= TimeSpan.Zero ? byClock : time.GetElapsedTime(_start);
    }

    public void Forget(string uid)
    {
        foreach ((string Uid, string What) key in _begun.Keys.Where(key => key.Uid == uid))
            _begun.TryRemove(key, out _);
    }
}

using System.Collections.Concurrent;

namespace NodeManager.Controllers.Queueing;

/// <summary>
/// The back-off of calls for an object. An object is reconciled after each of its changes, including its own conditions: without the
/// back-off each recorded failure would cause the next call immediately. Thread-safe.
/// </summary>
public sealed class CallBackoff(TimeProvider time)
{
    private static readonly RetryOptions Pace = new() { FirstDelay = TimeSpan.FromSeconds(1), LongestDelay = TimeSpan.FromMinutes(2) };

    private readonly ConcurrentDictionary<string, (int Failures, long Since, TimeSpan Delay)> _waiting = new(StringComparer.Ordinal);

    /// <summary>The remaining wait; null: none.</summary>
    public TimeSpan? Remaining(string uid) =>
        _waiting.TryGetValue(uid, out (int Failures, long Since, TimeSpan Delay) wait)
        && wait.Delay - time.GetElapsedTime(wait.Since) is { Ticks: > 0 } remaining
            ? remaining
            : null;

    /// <param name="asked">The provider's retry delay; null: the own back-off.</param>
    /// <returns>The wait.</returns>
    public TimeSpan Failed(string uid, TimeSpan? asked = null)
    {
        int failures = _waiting.GetValueOrDefault(uid).Failures + 1;
        double backOff = Math.Min(Pace.FirstDelay.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 20)), Pace.LongestDelay.TotalSeconds);
        TimeSpan delay = TimeSpan.FromSeconds(backOff * (1 + (Pace.Jitter * Random.Shared.NextDouble())));
        if (asked is { } more && more > delay)
            delay = more;
        _waiting[uid] = (failures, time.GetTimestamp(), delay);
        return delay;
    }

    /// <summary>Ends the back-off.</summary>
    public void Succeeded(string uid) => _waiting.TryRemove(uid, out _);
}

using System.Collections.Concurrent;
using NodeManager.Controllers.Queueing;

namespace NodeManager.Autoscaling.Claims;

/// <summary>
/// When a provider may be asked again for a claim after a call that failed. A claim is looked at after each of its changes, those of its own
/// conditions too: without this each failure that is written down would lead to the next call immediately. Thread-safe.
/// </summary>
internal sealed class CallPacing(TimeProvider time)
{
    private static readonly RetryOptions Pace = new() { FirstDelay = TimeSpan.FromSeconds(1), LongestDelay = TimeSpan.FromMinutes(2) };

    private readonly ConcurrentDictionary<string, (int Failures, long Since, TimeSpan Delay)> _waiting = new(StringComparer.Ordinal);

    /// <summary>How long to wait yet; null: it may be asked.</summary>
    public TimeSpan? Left(string uid) =>
        _waiting.TryGetValue(uid, out (int Failures, long Since, TimeSpan Delay) wait)
        && wait.Delay - time.GetElapsedTime(wait.Since) is { Ticks: > 0 } left
            ? left
            : null;

    /// <summary>A call failed.</summary>
    /// <param name="uid">Of the claim.</param>
    /// <param name="asked">What the provider asked for; null: the own back-off.</param>
    /// <returns>How long to wait.</returns>
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

    public void Succeeded(string uid) => _waiting.TryRemove(uid, out _);
}

using System.Diagnostics;

namespace NodeManager.Conformance.Harness;

/// <summary>Awaits a condition, generously: the machine may be busy.</summary>
internal static class Eventually
{
    /// <summary>Costs nothing where what is awaited comes, and is far from what .ci/run takes for a hang.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>For what is to run out of time: enough to come to the point where it waits, on a busy machine too.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    /// <param name="what">Awaited, for the message.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="isWanted">Whether it has come.</param>
    /// <param name="describe">The last value in the message of a failure; null: without it.</param>
    public static async Task<T> GetAsync<T>(string what, Func<Task<T>> read, Func<T, bool> isWanted, Func<T, string>? describe = null)
    {
        long start = Stopwatch.GetTimestamp();
        T value = await read();
        while (!isWanted(value))
        {
            TimeSpan waited = Stopwatch.GetElapsedTime(start);
            if (waited > Limit)
                throw new TimeoutException($"{what}: not within {Limit.TotalSeconds:0} s. {describe?.Invoke(value)}");
            // A dozen tests that look twenty times a second at what takes the real server's controllers seconds keep it from them.
            await Task.Delay(TimeSpan.FromTicks(Math.Clamp(waited.Ticks / 3, ShortestPause.Ticks, LongestPause.Ticks)));
            value = await read();
        }

        return value;
    }

    /// <inheritdoc cref="GetAsync"/>
    public static Task HoldsAsync(string what, Func<Task<bool>> condition) => GetAsync(what, condition, holds => holds);
}

using System.Diagnostics;

namespace NodeManager.Conformance.Harness;

/// <summary>Awaits a condition, generously: the machine may be busy.</summary>
internal static class Eventually
{
    /// <summary>Costs nothing where what is awaited comes, and is far from what .ci/run takes for a hang.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>For what is to run out of time: enough to come to the point where it waits, on a busy machine too.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(12);

    public static async Task<T> GetAsync<T>(string what, Func<Task<T>> read, Func<T, bool> isWanted)
    {
        long start = Stopwatch.GetTimestamp();
        T value = await read();
        while (!isWanted(value))
        {
            if (Stopwatch.GetElapsedTime(start) > Limit)
                throw new TimeoutException($"{what}: not within {Limit.TotalSeconds:0} s");
            await Task.Delay(50);
            value = await read();
        }

        return value;
    }

    public static Task HoldsAsync(string what, Func<Task<bool>> condition) => GetAsync(what, condition, holds => holds);
}

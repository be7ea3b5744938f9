using System.Diagnostics;

namespace NodeManager.Controllers.Tests;

/// <summary>Waits for what happens on other threads.</summary>
internal static class Eventually
{
    /// <summary>Far beyond what any of these takes: a test that hangs fails.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static async Task HoldsAsync(Func<bool> holds)
    {
        var watch = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(watch.Elapsed < Limit, "It did not come to hold.");
            await Task.Delay(5);
        }
    }
}

using NodeManager.Testing;

namespace NodeManager.Sandbox.Tests;

internal static class ManualTime
{
    /// <summary>Lets time pass step by step until something has happened: a waiting task may set its timer at any moment.</summary>
    public static async Task AdvanceUntilAsync(this ManualTimeProvider time, TimeSpan step, Task happened)
    {
        for (int i = 0; i < 3_000 && !happened.IsCompleted; i++)
        {
            time.Advance(step);
            await Task.WhenAny(happened, Task.Delay(10));
        }

        Assert.True(happened.IsCompleted, "Time passed and nothing happened.");
    }
}

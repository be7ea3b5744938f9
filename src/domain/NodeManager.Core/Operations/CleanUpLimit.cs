namespace NodeManager.Core.Operations;

/// <summary>The time in which an operation that was stopped releases what it holds. What it cannot release in time expires by itself.</summary>
public static class CleanUpLimit
{
    public static TimeSpan Duration { get; } = TimeSpan.FromSeconds(2);

    /// <summary>Cancelled when the time is over.</summary>
    public static CancellationTokenSource Start(TimeProvider time) => new(Duration, time);
}

namespace NodeManager.Core.Operations;

/// <summary>The time for a stopped operation to release its locks and leases. What it cannot release in time expires.</summary>
public static class CleanUpLimit
{
    public static TimeSpan Duration { get; } = TimeSpan.FromSeconds(2);

    public static CancellationTokenSource Start(TimeProvider time) => new(Duration, time);
}

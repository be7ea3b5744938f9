namespace NodeManager.Core.Operations;

/// <summary>The time for a stopped operation to release its locks and leases. What it cannot release in time expires.</summary>
/// <remarks>By the system's clock: the limit is for the person who waits, also when the cluster's clock runs faster.</remarks>
public static class CleanUpLimit
{
    public static TimeSpan Duration { get; } = TimeSpan.FromSeconds(2);

    public static CancellationTokenSource Start() => new(Duration);
}

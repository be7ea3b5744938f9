namespace NodeManager.Bench.Running;

/// <summary>One way to do a work.</summary>
/// <param name="Name">Unique within the work.</param>
/// <param name="RunAsync">Does it once, checks the result, and says what it took.</param>
internal sealed record Contender(string Name, Func<CancellationToken, Task<Sample>> RunAsync)
{
    /// <summary>At most so many samples, for what takes minutes.</summary>
    public int Samples { get; init; } = int.MaxValue;

    /// <summary>A sample that takes longer fails.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Before each sample, not measured.</summary>
    public Func<CancellationToken, Task>? PrepareAsync { get; init; }
}

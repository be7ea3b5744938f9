namespace NodeManager.Bench.Running;

/// <summary>Something that people do, and the ways to do it that are compared.</summary>
/// <param name="Name">As it is named on the command line.</param>
/// <param name="What">One sentence for the report.</param>
internal sealed record Work(string Name, string What)
{
    public required IReadOnlyList<Contender> Contenders { get; init; }

    public IReadOnlyList<Goal> Goals { get; init; } = [];

    /// <summary>Brings the cluster back to what it was.</summary>
    public Func<CancellationToken, Task>? FinishAsync { get; init; }
}

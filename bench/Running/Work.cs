namespace NodeManager.Bench.Running;

/// <summary>Something that people do, and the ways to do it that are compared.</summary>
/// <param name="Name">As it is named on the command line.</param>
/// <param name="What">One sentence for the report.</param>
internal sealed record Work(string Name, string What)
{
    public required IReadOnlyList<Contender> Contenders { get; init; }

    public IReadOnlyList<Goal> Goals { get; init; } = [];

    /// <summary>Whose time the others' are compared with. Null: the first one's.</summary>
    public string Subject
    {
        get => field ?? Contenders[0].Name;
        init;
    }

    /// <summary>A round that does not count comes first: caches fill, code is compiled. Where every sample has a process of its own there is little to warm.</summary>
    public bool IsWarmed { get; init; } = true;

    /// <summary>Brings the cluster back to what it was.</summary>
    public Func<CancellationToken, Task>? FinishAsync { get; init; }
}

namespace NodeManager.Bench.Running;

/// <summary>A work that runs alone, or several that last long, take little and run at once: each measures only what its own processes take.</summary>
internal sealed record Step(params IReadOnlyList<Work> Works)
{
    /// <summary>What happens from the start to the end of works that run at once. Null: they run one after another.</summary>
    public Func<CancellationToken, Task>? During { get; init; }
}

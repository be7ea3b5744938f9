namespace NodeManager.Core.Progress;

/// <summary>How far an operation is.</summary>
/// <param name="Key">The same for all reports about the same thing (a node's name, say); two things have two bars.</param>
/// <param name="Activity">What is done: <c>Draining worker-3</c>.</param>
/// <param name="Status">Counts and what it waits for: <c>7 of 10 pods gone; waiting for budget default/web</c>.</param>
/// <param name="PercentComplete">0 to 100, or -1 if unknown.</param>
/// <param name="Completed">True takes the bar away.</param>
/// <param name="Parent">The key of what it is a part of; empty for what stands alone.</param>
public sealed record OperationProgress(
    string Key,
    string Activity,
    string Status,
    int PercentComplete = -1,
    bool Completed = false,
    string Parent = ""
)
{
    /// <summary>What it waits for, one entry each: what <see cref="Status"/> says in a sentence.</summary>
    public IReadOnlyList<string> WaitsFor { get; init; } = [];
}

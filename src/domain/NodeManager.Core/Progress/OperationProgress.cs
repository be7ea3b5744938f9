namespace NodeManager.Core.Progress;

/// <summary>The progress of an operation or of a part of it.</summary>
/// <param name="Key">Identifies the progress bar, such as a node's name.</param>
/// <param name="Activity">The action: <c>Draining worker-3</c>.</param>
/// <param name="Status">Counts and the current wait: <c>7 of 10 pods gone; waiting for budget default/web</c>.</param>
/// <param name="PercentComplete">0 to 100, or -1 if unknown.</param>
/// <param name="Completed">True removes the bar.</param>
/// <param name="Parent">The key of the parent bar; empty without one.</param>
public sealed record OperationProgress(
    string Key,
    string Activity,
    string Status,
    int PercentComplete = -1,
    bool Completed = false,
    string Parent = ""
)
{
    /// <summary>The current waits, one entry each; <see cref="Status"/> has them in a sentence.</summary>
    public IReadOnlyList<string> WaitsFor { get; init; } = [];
}

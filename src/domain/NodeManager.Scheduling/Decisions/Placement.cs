namespace NodeManager.Scheduling.Decisions;

/// <summary>Where a pod would go.</summary>
/// <param name="Verdict">Fits, or the best that can be said over all nodes: Unknown where some node may do, else DoesNotFit.</param>
/// <param name="Node">The best node; null where none is known to fit.</param>
/// <param name="Message">Why none fits, as the scheduler's event puts it: <c>0/5 nodes are available: …</c>; else empty.</param>
public sealed record Placement(FitVerdict Verdict, string? Node, string Message)
{
    /// <summary>What each node answered, where none will do.</summary>
    public IReadOnlyList<(NodeState Node, FitResult Answer)> Refusals { get; init; } = [];
}

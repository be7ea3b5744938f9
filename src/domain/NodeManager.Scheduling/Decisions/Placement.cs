namespace NodeManager.Scheduling.Decisions;

/// <summary>The placement of a pod.</summary>
/// <param name="Verdict">Fits, or the best result of all nodes: Unknown if a node may fit, else DoesNotFit.</param>
/// <param name="Node">The best node; null if none is known to fit.</param>
/// <param name="Message">Why none fits, as in the scheduler's event: <c>0/5 nodes are available: …</c>; else empty.</param>
public sealed record Placement(FitVerdict Verdict, string? Node, string Message)
{
    /// <summary>The result of each node if none fits.</summary>
    public IReadOnlyList<(NodeState Node, FitResult Answer)> Refusals { get; init; } = [];
}

namespace NodeManager.Monitoring.Screens;

/// <summary>The content of a cluster's health screen at one moment.</summary>
/// <param name="At">In the cluster's time.</param>
/// <param name="Nodes">With their loads.</param>
/// <param name="Findings">The worst first; only findings of nodes and pods.</param>
public sealed record ClusterScreen(
    DateTimeOffset At,
    ClusterStatistic Statistic,
    IReadOnlyList<ClusterNode> Nodes,
    IReadOnlyList<NodeFinding> Findings
)
{
    /// <summary>The open alerts, the worst first; null while no monitor runs in the session.</summary>
    public IReadOnlyList<NodeAlert>? Alerts { get; init; }
}

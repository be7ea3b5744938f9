namespace NodeManager.Monitoring.Screens;

/// <summary>What the screens of a cluster's health show, at one moment.</summary>
/// <param name="At">In the cluster's time.</param>
/// <param name="Statistic">The totals.</param>
/// <param name="Nodes">With what runs on them.</param>
/// <param name="Findings">The worst first; what can be told from nodes and pods alone.</param>
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

namespace NodeManager.Scheduling.Scoring;

/// <summary>The score of a node for a pod.</summary>
/// <param name="Total">The weighted sum of the plugins' scores; comparable only for the same pod.</param>
/// <param name="Parts">The weighted score of each plugin.</param>
public sealed record NodeScore(NodeState Node, long Total, IReadOnlyDictionary<string, long> Parts);

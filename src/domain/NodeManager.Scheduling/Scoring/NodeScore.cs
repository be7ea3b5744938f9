namespace NodeManager.Scheduling.Scoring;

/// <summary>How good a node is for a pod.</summary>
/// <param name="Node">The node.</param>
/// <param name="Total">The sum of the plugins' scores, each times its weight; comparable between nodes for the same pod only.</param>
/// <param name="Parts">What each plugin gave, times its weight.</param>
public sealed record NodeScore(NodeState Node, long Total, IReadOnlyDictionary<string, long> Parts);

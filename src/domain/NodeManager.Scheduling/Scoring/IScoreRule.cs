namespace NodeManager.Scheduling.Scoring;

internal interface IScoreRule
{
    /// <summary>A score of 0 to 100 for each node, in their order; null if the plugin does not apply to the pod.</summary>
    long[]? Score(IReadOnlyList<NodeState> nodes);
}

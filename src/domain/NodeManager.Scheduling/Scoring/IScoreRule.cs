namespace NodeManager.Scheduling.Scoring;

/// <summary>A score plugin for one pod.</summary>
internal interface IScoreRule
{
    /// <summary>A score of 0 to 100 for each node, in their order; null where the plugin has nothing to say of this pod.</summary>
    long[]? Score(IReadOnlyList<NodeState> nodes);
}

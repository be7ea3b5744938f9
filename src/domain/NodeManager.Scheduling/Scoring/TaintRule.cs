namespace NodeManager.Scheduling.Scoring;

/// <summary>TaintToleration's score: fewer untolerated PreferNoSchedule taints score higher.</summary>
internal sealed class TaintRule(Pod pod) : IScoreRule
{
    public long[] Score(IReadOnlyList<NodeState> nodes) =>
        Scores.Normalize(
            [
                .. nodes.Select(node =>
                    (long)(node.Node.Spec.Taints?.Count(taint => taint.Effect == "PreferNoSchedule" && !pod.Tolerates(taint)) ?? 0)
                ),
            ],
            lessIsBetter: true
        );
}

using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Scoring;

/// <summary>TaintToleration's score: the fewer soft taints the pod does not tolerate, the better.</summary>
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

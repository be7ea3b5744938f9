namespace NodeManager.Scheduling.Scoring;

/// <summary>NodeAffinity's score: the weights of the preferred terms that the node meets.</summary>
internal sealed class NodeAffinityRule(Pod pod, NodeAffinity? added) : IScoreRule
{
    private readonly List<PreferredSchedulingTerm> _terms =
    [
        .. added?.PreferredDuringSchedulingIgnoredDuringExecution ?? [],
        .. pod.Spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? [],
    ];

    public long[]? Score(IReadOnlyList<NodeState> nodes) =>
        _terms.Count == 0
            ? null
            : Scores.Normalize(
                [.. nodes.Select(node => _terms.Where(term => term.Preference.Selects(node.Node)).Sum(term => (long)term.Weight))],
                lessIsBetter: false
            );
}

namespace NodeManager.Recommendations.Decisions;

/// <summary>A node that may be removed.</summary>
/// <param name="Moving">Its pods that need a place on other nodes, by namespace and name.</param>
/// <param name="Utilization">The share that these pods request: of CPU or memory, the larger.</param>
public sealed record RemovalCandidate(NodeState Node, IReadOnlyList<Pod> Moving, decimal Utilization)
{
    public bool IsEmpty => Moving.Count == 0;

    /// <summary>Its pods that end with it.</summary>
    public IEnumerable<PodState> Ending => Node.Pods.Where(static pod => RemovalRules.StaysWithNode(pod.Pod));

    /// <param name="isExpendable">Pods that need no other node; null: by their priority.</param>
    public static RemovalCandidate Of(NodeState node, Func<Pod, bool>? isExpendable = null)
    {
        isExpendable ??= static pod => PendingPods.IsExpendable(pod);
        List<PodState> moving = [.. node.Pods.Where(pod => !RemovalRules.StaysWithNode(pod.Pod) && !isExpendable(pod.Pod))];
        return new(
            node,
            [.. moving.Select(static pod => pod.Pod).OrderBy(static pod => pod.Key(), StringComparer.Ordinal)],
            RemovalRules.Utilization(node, moving)
        );
    }

    /// <summary>In the order of removals: empty nodes first, then those with the smallest requests.</summary>
    public static IOrderedEnumerable<T> Order<T>(IEnumerable<T> nodes, Func<T, RemovalCandidate> candidateOf) =>
        nodes
            .OrderBy(one => !candidateOf(one).IsEmpty)
            .ThenBy(one => candidateOf(one) is { IsEmpty: false } candidate ? candidate.Utilization : 0);
}

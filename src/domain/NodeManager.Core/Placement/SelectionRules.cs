using NodeManager.Kubernetes.Selectors;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Core.Placement;

/// <summary>Determines the eligible nodes, and the one that a strategy prefers.</summary>
internal static class SelectionRules
{
    /// <summary>For a node that <c>-Selector</c> excludes.</summary>
    public const string NotSelected = "node(s) didn't match the label selector";

    /// <summary>For a node that is not ready although no taint repels the pod.</summary>
    public const string NotReady = "node(s) were not ready";

    /// <param name="snapshot">The cluster, with earlier selections.</param>
    /// <param name="pending">Earlier selections without a pod, by node; each is a session.</param>
    public static IReadOnlyList<NodeChoice> Judge(
        SelectionRequest request,
        ClusterSnapshot snapshot,
        IReadOnlyDictionary<string, int> pending
    )
    {
        PodFit fit = new(request.Pod, snapshot);
        return
        [
            .. snapshot
                .Nodes.OrderBy(static node => node.Name, StringComparer.Ordinal)
                .Select(node => new NodeChoice(
                    node,
                    FitOf(request, fit, node),
                    SessionsOn(request, node) + pending.GetValueOrDefault(node.Name),
                    FreeShareOf(node)
                )),
        ];
    }

    /// <summary>
    /// The eligible node that the strategy prefers; null if none remains. Ties of the fewest sessions go to the larger free share, ties of
    /// the largest free share to fewer sessions; then the name decides.
    /// </summary>
    /// <param name="strategy">A <see cref="NodeSelectionStrategy"/>.</param>
    /// <param name="eligible">Ordered by name.</param>
    /// <param name="turns">How often each node had its turn, for RoundRobin.</param>
    /// <param name="random">For Random.</param>
    public static NodeChoice? Prefer(string strategy, IReadOnlyList<NodeChoice> eligible, Func<string, long> turns, Random random) =>
        strategy switch
        {
            _ when eligible.Count == 0 => null,
            NodeSelectionStrategy.MostResources => eligible
                .OrderByDescending(static c => c.FreeShare)
                .ThenBy(static c => c.Sessions)
                .ThenBy(static c => c.Name, StringComparer.Ordinal)
                .First(),
            NodeSelectionStrategy.Random => eligible[random.Next(eligible.Count)],
            NodeSelectionStrategy.RoundRobin => eligible
                .OrderBy(c => turns(c.Name))
                .ThenBy(static c => c.Name, StringComparer.Ordinal)
                .First(),
            _ => eligible
                .OrderBy(static c => c.Sessions)
                .ThenByDescending(static c => c.FreeShare)
                .ThenBy(static c => c.Name, StringComparer.Ordinal)
                .First(),
        };

    /// <summary>
    /// True for an active, selected pod; without a selector for one that is neither a mirror pod nor managed by a DaemonSet.
    /// </summary>
    public static bool IsSession(Pod pod, LabelSelector? selector) =>
        !pod.IsFinished()
        && (selector is not null ? selector.Matches(pod.Metadata.Labels) : pod.Controller()?.Kind != "DaemonSet" && !pod.IsMirror());

    private static int SessionsOn(SelectionRequest request, NodeState node) =>
        node.Pods.Count(state => !string.IsNullOrEmpty(state.Pod.Metadata.Uid) && IsSession(state.Pod, request.Sessions));

    private static FitResult FitOf(SelectionRequest request, PodFit fit, NodeState node)
    {
        if (request.Nodes is not null && !request.Nodes.Matches(node.Node.Metadata.Labels))
            return FitResult.Never(NotSelected);
        FitResult result = fit.Evaluate(node);
        return result.Verdict == FitVerdict.Fits && !node.Node.Status.Conditions.IsTrue("Ready") ? FitResult.Never(NotReady) : result;
    }

    private static decimal FreeShareOf(NodeState node) => (Share(node, "cpu") + Share(node, "memory")) / 2;

    private static decimal Share(NodeState node, string resource) =>
        node.Allocatable(resource) is > 0 and decimal all ? Math.Clamp(node.Free(resource) / all, 0, 1) : 0;
}

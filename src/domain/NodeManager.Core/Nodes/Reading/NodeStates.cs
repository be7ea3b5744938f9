using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>
/// The words for what state a node is in. Filters, waits, statistics and tables use these, so that they agree. A node is in several:
/// one whose kubelet stopped reporting is Unknown and NotReady, one that is cordoned is Ready or NotReady besides.
/// </summary>
public static class NodeStates
{
    private static readonly Dictionary<string, (string Word, Func<string, bool, bool> IsMet)> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        [NodeStatus.Ready] = (NodeStatus.Ready, static (status, _) => status == NodeStatus.Ready),
        [NodeStatus.NotReady] = (NodeStatus.NotReady, static (status, _) => status != NodeStatus.Ready),
        [NodeStatus.Unknown] = (NodeStatus.Unknown, static (status, _) => status == NodeStatus.Unknown),
        [NodeStatus.Cordoned] = (NodeStatus.Cordoned, static (_, unschedulable) => unschedulable),
        [NodeStatus.SchedulingDisabled] = (NodeStatus.Cordoned, static (_, unschedulable) => unschedulable),
    };

    /// <summary>The state as it is spelled here; null where the text is not a state.</summary>
    public static string? Parse(string text) => Words.TryGetValue(text, out var state) ? state.Word : null;

    /// <param name="node">The node.</param>
    /// <param name="word">In any case; no node is in a state that does not exist.</param>
    public static bool Is(this ClusterNode node, string word) => Is(word, node.Status, node.Unschedulable);

    /// <inheritdoc cref="Is(ClusterNode, string)" />
    public static bool Is(this Node node, string word) => Is(word, NodeMapper.StatusOf(node), node.Spec.Unschedulable == true);

    private static bool Is(string word, string status, bool unschedulable) =>
        Words.TryGetValue(word, out var state) && state.IsMet(status, unschedulable);
}

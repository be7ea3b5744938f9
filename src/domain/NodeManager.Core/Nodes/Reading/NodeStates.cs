namespace NodeManager.Core.Nodes.Reading;

/// <summary>
/// The state words of nodes, shared by filters, waits, statistics and tables. A node has several: with a silent kubelet it is Unknown and
/// NotReady; cordoned, it is also Ready or NotReady.
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

    /// <summary>The canonical spelling of a state; null if the text is not a state.</summary>
    public static string? Parse(string text) => Words.TryGetValue(text, out var state) ? state.Word : null;

    /// <param name="word">Case-insensitive; false for an unknown state.</param>
    public static bool Is(this ClusterNode node, string word) => Is(word, node.Status, node.Unschedulable);

    /// <inheritdoc cref="Is(ClusterNode, string)" />
    public static bool Is(this Node node, string word) => Is(word, NodeMapper.StatusOf(node), node.Spec.Unschedulable == true);

    private static bool Is(string word, string status, bool unschedulable) =>
        Words.TryGetValue(word, out var state) && state.IsMet(status, unschedulable);
}

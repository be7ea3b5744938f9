namespace NodeManager.Completion;

/// <summary>The taints that the cluster's nodes have, as <c>key=value:Effect</c>.</summary>
public sealed class TaintCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.SelectMany(n => n.Taints).Select(t => t.ToString()).Order(StringComparer.Ordinal);
}

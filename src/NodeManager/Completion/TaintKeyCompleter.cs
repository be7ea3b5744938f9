namespace NodeManager.Completion;

/// <summary>The taint keys that the cluster's nodes have.</summary>
public sealed class TaintKeyCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.SelectMany(n => n.Taints).Select(t => t.Key).Order(StringComparer.Ordinal);
}

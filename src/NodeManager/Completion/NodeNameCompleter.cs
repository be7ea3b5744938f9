namespace NodeManager.Completion;

/// <summary>The names of the cluster's nodes.</summary>
public sealed class NodeNameCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.Select(n => n.Name).Order(StringComparer.Ordinal);
}

namespace NodeManager.Completion;

/// <summary>The label keys that the cluster's nodes have.</summary>
public sealed class LabelKeyCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.SelectMany(n => n.Labels.Keys).Order(StringComparer.Ordinal);
}

namespace NodeManager.Completion;

/// <summary>The annotation keys that the cluster's nodes have.</summary>
public sealed class AnnotationKeyCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.SelectMany(n => n.Annotations.Keys).Order(StringComparer.Ordinal);
}

namespace NodeManager.Completion;

/// <summary><c>key=value</c> of the labels that the cluster's nodes have.</summary>
public sealed class LabelSelectorCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.SelectMany(n => n.Labels).Select(l => $"{l.Key}={l.Value}").Order(StringComparer.Ordinal);
}

namespace NodeManager.Completion;

/// <summary>The zones that the cluster's nodes have.</summary>
public sealed class ZoneCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.Select(n => n.Zone).Where(z => z.Length > 0).Order(StringComparer.Ordinal);
}

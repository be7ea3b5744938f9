namespace NodeManager.Completion;

/// <summary>What statistics can be grouped by: the well-known groups, then the label keys of the cluster's nodes.</summary>
public sealed class GroupByCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        ["Zone", "Region", "Role", "InstanceType", .. nodes.SelectMany(n => n.Labels.Keys).Order(StringComparer.Ordinal)];
}

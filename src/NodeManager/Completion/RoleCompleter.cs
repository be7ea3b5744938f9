namespace NodeManager.Completion;

/// <summary>The roles that the cluster's nodes have.</summary>
public sealed class RoleCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.SelectMany(n => n.Roles).Order(StringComparer.Ordinal);
}

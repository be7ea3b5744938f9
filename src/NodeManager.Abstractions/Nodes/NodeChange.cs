namespace NodeManager;

/// <summary>One thing that happened to a node while it was watched.</summary>
public sealed class NodeChange : ClusterObject
{
    /// <summary><c>Added</c>, <c>Modified</c> or <c>Deleted</c>.</summary>
    public required string Type { get; init; }

    public required string Name { get; init; }

    /// <summary>When it was seen, in the cluster's time.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The differences from the former state; empty for an added node.</summary>
    public ItemList<NodeFieldChange> Changes { get; init; } = ItemList<NodeFieldChange>.Empty;

    /// <summary>The node after the change; for a deleted one its last state.</summary>
    public required ClusterNode Node { get; init; }

    public override string ToString() => $"{Type} {Name}";
}

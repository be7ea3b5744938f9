namespace NodeManager;

/// <summary>A container image that a node holds. Piped to a command for nodes, an image refers to its node.</summary>
public sealed class NodeImage : ClusterObject
{
    /// <summary>The node that holds the image.</summary>
    public required string NodeName { get; init; }

    /// <summary>The UID of that node.</summary>
    public string NodeUid { get; init; } = "";

    /// <summary>The first name with a tag; without a tag, the first name. Empty for an image without a name.</summary>
    public required string Name { get; init; }

    /// <summary>All names of the image: its tags and digests.</summary>
    public ItemList<string> Names { get; init; } = ItemList<string>.Empty;

    /// <summary>The size that the kubelet reports, in bytes.</summary>
    public long Size { get; init; }

    public DateTimeOffset ObservedAt { get; init; }

    public override string ToString() => Name;
}

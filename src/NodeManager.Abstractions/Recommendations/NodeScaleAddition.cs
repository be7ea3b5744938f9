namespace NodeManager;

/// <summary>Nodes of one shape that would be added.</summary>
public sealed class NodeScaleAddition
{
    public int Count { get; init; }

    /// <summary>A node that is there and has the shape.</summary>
    public required string Like { get; init; }

    public string InstanceType { get; init; } = "";

    public string Zone { get; init; } = "";

    public NodeResources Allocatable { get; init; } = new();

    /// <summary>The pods that wait for these nodes, as <c>namespace/name</c>.</summary>
    public ItemList<string> Pods { get; init; } = ItemList<string>.Empty;

    public override string ToString() => $"{Count} like {Like}";
}

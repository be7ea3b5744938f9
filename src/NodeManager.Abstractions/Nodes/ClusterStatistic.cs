namespace NodeManager;

/// <summary>Totals over the nodes of a cluster, or over one group of them.</summary>
public sealed class ClusterStatistic : ClusterObject
{
    /// <summary>The value that the nodes share (a zone, a role, a label's value); empty for the whole cluster or for nodes without it.</summary>
    public string Group { get; init; } = "";

    /// <summary>The grouping: <c>Zone</c>, <c>Role</c>, a label's key, or empty.</summary>
    public string GroupBy { get; init; } = "";

    public int Nodes { get; init; }

    public int Ready { get; init; }

    /// <summary>Nodes whose status is NotReady or Unknown.</summary>
    public int NotReady { get; init; }

    public int Cordoned { get; init; }

    /// <summary>Pods on these nodes that are not finished.</summary>
    public int Pods { get; init; }

    public NodeResources Capacity { get; init; } = new();

    public NodeResources Allocatable { get; init; } = new();

    public NodeResources Requested { get; init; } = new();

    /// <summary>Null without metrics.</summary>
    public NodeUsage? Used { get; init; }

    /// <summary>One row a resource: CPU, memory, pods, ephemeral storage and every extended resource that a node has.</summary>
    public ItemList<ResourceStatistic> Resources { get; init; } = ItemList<ResourceStatistic>.Empty;

    public override string ToString() => Group.Length == 0 ? Cluster : Group;
}

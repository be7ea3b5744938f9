namespace NodeManager;

/// <summary>A node, and whether its removal is recommended.</summary>
public sealed class NodeScaleCandidate : ClusterObject
{
    /// <summary>The node's name.</summary>
    public required string Node { get; init; }

    /// <summary>The node's UID.</summary>
    public string NodeUid { get; init; } = "";

    /// <summary>True when its removal is recommended.</summary>
    public bool IsRecommended { get; init; }

    /// <summary>Which of the recommended nodes goes first: 1, 2, …; null for a node that stays.</summary>
    public int? Order { get; init; }

    /// <summary>Percent of the allocatable cores that its pods request, without those of DaemonSets and mirror pods.</summary>
    public decimal? CpuRequestedPercent { get; init; }

    /// <summary>The same for memory.</summary>
    public decimal? MemoryRequestedPercent { get; init; }

    /// <summary>Percent of the allocatable cores that the node uses; null where it is not known.</summary>
    public decimal? CpuUsedPercent { get; init; }

    /// <summary>The same for memory.</summary>
    public decimal? MemoryUsedPercent { get; init; }

    /// <summary>Why it goes or stays.</summary>
    public ItemList<NodeScaleReason> Reasons { get; init; } = ItemList<NodeScaleReason>.Empty;

    /// <summary>The pods that its removal moves and their nodes, including pods from nodes removed before; empty for a node that is kept.</summary>
    public ItemList<NodeScaleMove> Moves { get; init; } = ItemList<NodeScaleMove>.Empty;

    /// <summary>The PodDisruptionBudgets that do not allow the evictions of its pods.</summary>
    public ItemList<PodBudget> BlockedBy { get; init; } = ItemList<PodBudget>.Empty;

    public override string ToString() => Node;
}

namespace NodeManager;

/// <summary>Whether nodes should be added or removed, how many and which, and why. Nothing acts on it automatically.</summary>
public sealed class NodeScaleRecommendation : ClusterObject
{
    /// <summary>When the cluster was evaluated, in cluster time.</summary>
    public DateTimeOffset ObservedAt { get; init; }

    /// <summary>One of <see cref="NodeScaleAction"/>.</summary>
    public required string Action { get; init; }

    /// <summary>How many nodes to add or remove.</summary>
    public int Count { get; init; }

    /// <summary>How many nodes there are, of the evaluated nodes.</summary>
    public int CurrentNodes { get; init; }

    /// <summary>How many there would be.</summary>
    public int RecommendedNodes { get; init; }

    public int MinNodes { get; init; }

    public int MaxNodes { get; init; }

    /// <summary>Percent.</summary>
    public decimal ScaleUpThreshold { get; init; }

    /// <summary>Percent.</summary>
    public decimal ScaleDownThreshold { get; init; }

    /// <summary>Whether the configuration allows something to act on the thresholds (enableAutoScaling).</summary>
    public bool IsAutoScalingEnabled { get; init; }

    /// <summary>True when requests and usage were evaluated, false when usage is not known.</summary>
    public bool HasUsage { get; init; }

    /// <summary>CPU and memory.</summary>
    public ItemList<NodeScaleUtilization> Utilization { get; init; } = ItemList<NodeScaleUtilization>.Empty;

    /// <summary>Why, in the order of the reasoning.</summary>
    public ItemList<NodeScaleReason> Reasons { get; init; } = ItemList<NodeScaleReason>.Empty;

    /// <summary>The nodes to add.</summary>
    public ItemList<NodeScaleAddition> Additions { get; init; } = ItemList<NodeScaleAddition>.Empty;

    /// <summary>All evaluated nodes; those to remove first, in their order.</summary>
    public ItemList<NodeScaleCandidate> Candidates { get; init; } = ItemList<NodeScaleCandidate>.Empty;

    /// <summary>The nodes to remove, in their order.</summary>
    public ItemList<NodeScaleCandidate> Remove => new([.. Candidates.Where(static one => one.IsRecommended)]);

    public override string ToString() => Action == NodeScaleAction.None ? Action : $"{Action} by {Count}";
}

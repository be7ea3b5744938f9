namespace NodeManager;

/// <summary>A node that Select-ClusterNode selected for new work, or with <c>-Explain</c> one that it did not select.</summary>
public sealed class NodeSelection : ClusterObject
{
    /// <summary>The node.</summary>
    public required string Name { get; init; }

    /// <summary>The node's UID.</summary>
    public string Uid { get; init; } = "";

    /// <summary>One of <see cref="NodeSelectionStrategy"/>.</summary>
    public required string Strategy { get; init; }

    /// <summary>True for a selected node.</summary>
    public bool IsSelected { get; init; }

    /// <summary>True when the node is ready and schedulable, and the request fits there.</summary>
    public bool IsEligible { get; init; }

    /// <summary>When the cluster was evaluated, in cluster time.</summary>
    public DateTimeOffset ObservedAt { get; init; }

    /// <summary>The active pods that count as sessions, with earlier selections that have no pod yet.</summary>
    public int Sessions { get; init; }

    /// <summary>Allocatable cores that no pod and no earlier selection has requested, before this one.</summary>
    public decimal FreeCpu { get; init; }

    /// <summary>The same in bytes of memory.</summary>
    public long FreeMemory { get; init; }

    /// <summary>The mean of the free shares of CPU and memory, in percent.</summary>
    public decimal FreePercent { get; init; }

    /// <summary>Why the node was or was not selected; of a node where the request does not fit, in the scheduler's words.</summary>
    public ItemList<string> Reasons { get; init; } = ItemList<string>.Empty;

    /// <summary>A strategic merge patch for a pod template that puts its pods on this node: <c>spec.affinity.nodeAffinity</c>.</summary>
    public string AffinityPatch { get; init; } = "";

    /// <summary>The same by <c>spec.nodeSelector</c> and the node's <c>kubernetes.io/hostname</c> label; empty where the node has none.</summary>
    public string SelectorPatch { get; init; } = "";

    public override string ToString() => Name;
}

namespace NodeManager;

/// <summary>The plan of an update for one node of a pool.</summary>
public sealed class NodePoolUpdatePlan : ClusterObject
{
    public required string Pool { get; init; }

    /// <summary>Its turn, from 1: nodes of one turn leave together.</summary>
    public int Turn { get; init; }

    public required string Node { get; init; }

    public string NodeUid { get; init; } = "";

    /// <summary>The NodeSmithClaim of the machine; empty for pools of a service.</summary>
    public string Claim { get; init; } = "";

    /// <summary>The outdated settings of the node.</summary>
    public ItemList<string> Reasons { get; init; } = ItemList<string>.Empty;

    /// <summary>The machine that takes its place, as shape or size.</summary>
    public string Replacement { get; init; } = "";

    /// <summary>Pods that would move, <c>namespace/name</c>.</summary>
    public ItemList<string> Pods { get; init; } = ItemList<string>.Empty;

    /// <summary>PDBs that would block or slow its drain, and what else refuses it; empty where nothing is foreseen.</summary>
    public ItemList<string> Obstacles { get; init; } = ItemList<string>.Empty;

    /// <summary>The plan of its drain; null for a machine without a node.</summary>
    public NodeDrainPlan? Drain { get; init; }

    public override string ToString() => $"{Turn}: {Node}";
}

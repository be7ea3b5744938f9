namespace NodeManager;

/// <summary>The plan of a maintenance for one node: its batch, and the blockers of its drain.</summary>
public sealed class NodeMaintenancePlan : ClusterObject
{
    /// <summary>Counts from 1; 0 for an excluded node.</summary>
    public int Batch { get; init; }

    public required string Node { get; init; }

    public string NodeUid { get; init; } = "";

    /// <summary>The value of the label that <c>-TopologyKey</c> names; empty without.</summary>
    public string Group { get; init; } = "";

    /// <summary>The plan of its drain; null for an excluded node.</summary>
    public NodeDrainPlan? Drain { get; init; }

    /// <summary>Why its drain would be refused or not end now; empty where nothing is foreseen.</summary>
    public ItemList<string> Obstacles { get; init; } = ItemList<string>.Empty;

    /// <summary>Pods that fit on no other node, as <c>namespace/name</c>: they stay Pending until the node is back in service.</summary>
    public ItemList<string> Stranded { get; init; } = ItemList<string>.Empty;

    /// <summary>When the next window opens; null where one is open, or none was given.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Remarks: excluded, stays cordoned, held by another run, not Ready.</summary>
    public string Note { get; init; } = "";

    public override string ToString() => $"{Batch}: {Node}";
}

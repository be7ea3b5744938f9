namespace NodeManager;

/// <summary>The rolling of a node pool: its outdated nodes are replaced by new ones. As it was at <see cref="ObservedAt"/>.</summary>
public sealed class NodePoolUpdate : ClusterObject
{
    /// <summary>The name of the pool.</summary>
    public required string Pool { get; init; }

    /// <summary>The namespace of its ConfigMap and its Lease, and of a pool of the cluster.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Identifies one update of the pool.</summary>
    public string Id { get; init; } = "";

    /// <summary>A <see cref="NodePoolProvider"/>.</summary>
    public string Provider { get; init; } = "";

    /// <summary>The pool that takes its place: for BlueGreen of a pool of a service; else empty.</summary>
    public string SecondPool { get; init; } = "";

    /// <summary>See <see cref="NodePoolUpdateStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>True while it goes back to the former nodes, and where it has.</summary>
    public bool IsRollback { get; init; }

    /// <summary>A <see cref="PoolUpdateStrategy"/>.</summary>
    public string Strategy { get; init; } = "";

    public string MaxSurge { get; init; } = "";

    public string MaxUnavailable { get; init; } = "";

    /// <summary>How long the drain of a node may take; null: as long as it needs.</summary>
    public TimeSpan? DrainTimeout { get; init; }

    /// <summary>How many nodes the pool had when it began, and has when it ends.</summary>
    public int Desired { get; init; }

    /// <summary>New nodes that are Ready.</summary>
    public int Ready { get; init; }

    /// <summary>Each node that is replaced, in its order.</summary>
    public ItemList<NodePoolUpdateNode> Nodes { get; init; } = ItemList<NodePoolUpdateNode>.Empty;

    public int Removed => Count(NodePoolUpdateNodeStatus.Removed);

    public int Skipped => Count(NodePoolUpdateNodeStatus.Skipped);

    /// <summary>Nodes whose replacement is not over.</summary>
    public int Remaining => Nodes.Count - Removed - Skipped - Count(NodePoolUpdateNodeStatus.Kept);

    /// <summary>Pods that its drains evicted.</summary>
    public int Evicted => Nodes.Sum(static one => one.Evicted);

    /// <summary>The user and machine that started it, as <c>user@machine</c>.</summary>
    public string StartedBy { get; init; } = "";

    /// <summary>The process that carries it out, or did so last.</summary>
    public string Holder { get; init; } = "";

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Null while it is not over.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When it was read, in the cluster's time.</summary>
    public DateTimeOffset ObservedAt { get; init; }

    public TimeSpan Duration => (EndedAt ?? ObservedAt) - StartedAt;

    /// <summary>The current step, wait or result, in a sentence.</summary>
    public string Message { get; init; } = "";

    public override string ToString() => $"{Pool}: {Status}";

    private int Count(string status) => Nodes.Count(one => one.Status == status);
}

/// <summary>A node that an update replaces.</summary>
public sealed class NodePoolUpdateNode : ClusterObject
{
    public required string Pool { get; init; }

    /// <summary>Empty: its machine never registered one.</summary>
    public string Node { get; init; } = "";

    public string NodeUid { get; init; } = "";

    /// <summary>The NodeSmithClaim of the machine; empty for pools of a service.</summary>
    public string Claim { get; init; } = "";

    /// <summary>See <see cref="NodePoolUpdateNodeStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The outdated settings of the node.</summary>
    public ItemList<string> Reasons { get; init; } = ItemList<string>.Empty;

    /// <summary>True for a new node that a rollback removes again.</summary>
    public bool IsRollback { get; init; }

    /// <summary>Pods that its drains evicted.</summary>
    public int Evicted { get; init; }

    /// <summary>The number of started drains.</summary>
    public int Attempts { get; init; }

    /// <summary>Why it was skipped, or what it waits for.</summary>
    public string Message { get; init; } = "";

    public override string ToString() => $"{(Node.Length > 0 ? Node : Claim)}: {Status}";
}

namespace NodeManager;

/// <summary>The next decisions of the autoscaler: machines to create, nodes to remove, and a reason for every pod, node and pool.</summary>
public sealed class NodeScalePlan : ClusterObject
{
    /// <summary>When the cluster was read, in its own time.</summary>
    public DateTimeOffset ObservedAt { get; init; }

    /// <summary>The machines that would be created now.</summary>
    public ItemList<NodeScalePlanMachine> Machines { get; init; } = ItemList<NodeScalePlanMachine>.Empty;

    /// <summary>The nodes of all pools; <c>Decision</c> <c>Remove</c> are those that would be removed now.</summary>
    public ItemList<NodeScalePlanNode> Nodes { get; init; } = ItemList<NodeScalePlanNode>.Empty;

    /// <summary>The pods that have no node.</summary>
    public ItemList<NodeScalePlanPod> Pods { get; init; } = ItemList<NodeScalePlanPod>.Empty;

    public ItemList<NodeScalePlanPool> Pools { get; init; } = ItemList<NodeScalePlanPool>.Empty;

    /// <summary>When time alone can change the plan next: a window ends, or a disruption budget of the pool starts. Null: not before something else changes.</summary>
    public DateTimeOffset? NextChangeAt { get; init; }

    /// <summary>Of all machines for one hour after the plan, as far as pools have prices; null: none has.</summary>
    public decimal? Price { get; init; }

    /// <summary>Of the price; empty without.</summary>
    public string Currency { get; init; } = "";

    /// <summary>How many machines would be created.</summary>
    public int Create => Machines.Count;

    /// <summary>How many nodes would be removed.</summary>
    public int Remove => Nodes.Count(static node => node.Decision == AutoscalerDecision.Remove);

    /// <summary>How many pods get no place.</summary>
    public int Waiting => Pods.Count(static pod => pod.Decision == AutoscalerDecision.Wait);

    public override string ToString() => $"create {Create}, remove {Remove}, waiting {Waiting}";
}

/// <summary>A machine that would be created.</summary>
public sealed class NodeScalePlanMachine : ClusterObject
{
    public required string Pool { get; init; }

    /// <summary>Identifies the machine within the plan: <c>pool/1</c>. It has no name before its claim exists.</summary>
    public required string Id { get; init; }

    /// <summary>The pool's shape; empty where the machine is sized from its pods.</summary>
    public string Shape { get; init; } = "";

    /// <summary>The zone that it must be in; empty: any.</summary>
    public string Zone { get; init; } = "";

    public long CpuCores { get; init; }

    /// <summary>Bytes.</summary>
    public long Memory { get; init; }

    /// <summary>See <see cref="AutoscalerReason"/>.</summary>
    public required string Reason { get; init; }

    public string Message { get; init; } = "";

    /// <summary>For one hour; null: unknown.</summary>
    public decimal? Price { get; init; }

    /// <summary>Of the price; empty without.</summary>
    public string Currency { get; init; } = "";

    /// <summary>The pods that it is created for, as <c>namespace/name</c>.</summary>
    public ItemList<string> Pods { get; init; } = ItemList<string>.Empty;

    public override string ToString() => $"{Id} ({CpuCores} cores, {ByteSize.Format(Memory)})";
}

/// <summary>A pod without a node, and what is done about it.</summary>
public sealed class NodeScalePlanPod : ClusterObject
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public string Uid { get; init; } = "";

    /// <summary><c>Place</c>, <c>Create</c>, <c>Wait</c> or <c>Ignore</c>; see <see cref="AutoscalerDecision"/>.</summary>
    public required string Decision { get; init; }

    /// <summary>The node, the claim or the planned machine that it gets; empty without.</summary>
    public string Target { get; init; } = "";

    /// <summary>The pool of the target; empty without.</summary>
    public string Pool { get; init; } = "";

    /// <summary>See <see cref="AutoscalerReason"/>.</summary>
    public required string Reason { get; init; }

    public string Message { get; init; } = "";

    /// <summary>Since when the scheduler has found no node for it; null: it has not said so.</summary>
    public DateTimeOffset? UnschedulableSince { get; init; }

    /// <summary>Its stored decisions, the oldest first. Empty unless asked for by name.</summary>
    public ItemList<NodeScaleDecision> History { get; internal set; } = ItemList<NodeScaleDecision>.Empty;

    /// <summary>The change that would place it; null: none was found, or none was asked for by name.</summary>
    public NodeScaleSuggestion? Suggestion { get; internal set; }

    public override string ToString() => $"{Namespace}/{Name}: {Decision} ({Reason})";
}

/// <summary>A node of a pool, or a claim without a node, and whether it stays.</summary>
public sealed class NodeScalePlanNode : ClusterObject
{
    /// <summary>The node's name; empty for a claim that has none yet.</summary>
    public required string Node { get; init; }

    public string NodeUid { get; init; } = "";

    /// <summary>The claim that owns it; empty without.</summary>
    public string Claim { get; init; } = "";

    public required string Pool { get; init; }

    /// <summary><c>Keep</c>, <c>Wait</c> or <c>Remove</c>; see <see cref="AutoscalerDecision"/>.</summary>
    public required string Decision { get; init; }

    /// <summary>See <see cref="AutoscalerReason"/>.</summary>
    public required string Reason { get; init; }

    public string Message { get; init; } = "";

    /// <summary>The pods that would move, as <c>namespace/name</c>.</summary>
    public ItemList<string> Pods { get; init; } = ItemList<string>.Empty;

    /// <summary>Since when no pod needs it, by the record of the autoscaler; null: it is needed.</summary>
    public DateTimeOffset? UnneededSince { get; init; }

    /// <summary>When the stabilization window lets it be removed; null: not waiting for it.</summary>
    public DateTimeOffset? RemovableAt { get; init; }

    /// <summary>For one hour; null: unknown.</summary>
    public decimal? Price { get; init; }

    /// <summary>Its stored decisions, the oldest first. Empty unless asked for by name.</summary>
    public ItemList<NodeScaleDecision> History { get; internal set; } = ItemList<NodeScaleDecision>.Empty;

    /// <summary>The change that would let it be removed; null: none was found, or none was asked for by name.</summary>
    public NodeScaleSuggestion? Suggestion { get; internal set; }

    public override string ToString() => $"{(Node.Length > 0 ? Node : Claim)}: {Decision} ({Reason})";
}

/// <summary>A pool, and what is done with it.</summary>
public sealed class NodeScalePlanPool : ClusterObject
{
    public required string Pool { get; init; }

    /// <summary><c>Create</c>, <c>Remove</c>, <c>Wait</c> or <c>None</c>; see <see cref="AutoscalerDecision"/>.</summary>
    public required string Decision { get; init; }

    /// <summary>See <see cref="AutoscalerReason"/>.</summary>
    public required string Reason { get; init; }

    public string Message { get; init; } = "";

    /// <summary>Nodes, with claims in flight.</summary>
    public int Nodes { get; init; }

    /// <summary>Claims whose node is not there yet.</summary>
    public int ClaimsInFlight { get; init; }

    /// <summary>The amount that counts against the limit: allocatable cores of nodes, and requirements of claims in flight.</summary>
    public decimal CpuCores { get; init; }

    /// <summary>The same in bytes of memory.</summary>
    public long Memory { get; init; }

    /// <summary>Since when pods wait for machines of this pool; null: none does.</summary>
    public DateTimeOffset? DemandSince { get; init; }

    /// <summary>The sizes that nodes of the pool have, as planned and as the nodes report them. Plans use the reported amounts.</summary>
    public ItemList<NodeScalePlanShape> Observed { get; init; } = ItemList<NodeScalePlanShape>.Empty;

    public override string ToString() => $"{Pool}: {Decision} ({Reason})";
}

/// <summary>A machine size of a pool: the planned amounts, and those that a node reports.</summary>
public sealed class NodeScalePlanShape
{
    /// <summary>The pool's shape; empty where machines are sized from their pods.</summary>
    public required string Name { get; init; }

    public long CpuCores { get; init; }

    /// <summary>Bytes.</summary>
    public long Memory { get; init; }

    /// <summary>The youngest node of the size.</summary>
    public string Node { get; init; } = "";

    /// <summary>The planned allocatable by resource name: cores, bytes, numbers. Unknown amounts are missing.</summary>
    public AmountMap Planned { get; init; } = AmountMap.Empty;

    /// <summary>The node's allocatable without its static pods.</summary>
    public AmountMap Reported { get; init; } = AmountMap.Empty;

    public override string ToString() => $"{(Name.Length > 0 ? Name : $"{CpuCores}x{ByteSize.Format(Memory)}")} ({Node})";
}

namespace NodeManager;

/// <summary>The plan of the drain of one node, pod by pod, before any change.</summary>
public sealed class NodeDrainPlan : ClusterObject
{
    public required string Node { get; init; }

    public string NodeUid { get; init; } = "";

    /// <summary>See <see cref="NodeDrainPlanStatus"/>.</summary>
    public string Status { get; init; } = "";

    /// <summary>True for a node of the control plane.</summary>
    public bool IsControlPlane { get; init; }

    /// <summary><c>Ready</c>, <c>NotReady</c> or <c>Unknown</c>, as the node reports it; see <see cref="NodeManager.NodeStatus"/>.</summary>
    public string NodeStatus { get; init; } = "";

    /// <summary>Why the kubelet cannot end pods, by the node's condition Ready and its Lease; empty where it can.</summary>
    public string NodeCondition { get; init; } = "";

    /// <summary>What a user should confirm before the drain: the control plane, an unreachable kubelet, pods that fit on no other node, PDBs that allow no eviction, lost data, unmanaged pods.</summary>
    public ItemList<NodeDrainConsequence> Consequences { get; init; } = ItemList<NodeDrainConsequence>.Empty;

    /// <summary>True when the drain would finish: <see cref="Status"/> is <c>Drainable</c>. A PDB that refuses now and allows later does not count.</summary>
    public bool CanDrain => Status == NodeDrainPlanStatus.Drainable;

    /// <summary>The options of the plan.</summary>
    public NodeDrainPlanOptions Options { get; init; } = new();

    public ItemList<NodeDrainPlanPod> Pods { get; init; } = ItemList<NodeDrainPlanPod>.Empty;

    /// <summary>The blockers of the drain: refused pods and missing permissions.</summary>
    public ItemList<string> Blockers { get; init; } = ItemList<string>.Empty;

    /// <summary>Those of <see cref="Blockers"/> that concern the whole node, such as a missing permission, and not one of its pods.</summary>
    public ItemList<string> NodeBlockers { get; init; } = ItemList<string>.Empty;

    public ItemList<string> Warnings { get; init; } = ItemList<string>.Empty;

    public int Evict => Pods.Count(p => p.Decision == DrainDecision.Evict);

    /// <summary>Pods that the drain would skip because <c>-PodSelector</c> does not select them, apart from those that every drain skips.</summary>
    public int Unselected { get; init; }

    public int Skip => Pods.Count(p => p.Decision == DrainDecision.Skip);

    public int Wait => Pods.Count(p => p.Decision == DrainDecision.Wait);

    public int Refuse => Pods.Count(p => p.Decision == DrainDecision.Refuse);

    /// <summary>Pods to evict that a PDB would refuse now.</summary>
    public int BlockedByBudget => Pods.Count(p => p.BlockedByBudget);

    /// <summary>Pods to evict that wait for others of the same plan and PDB.</summary>
    public int WaitForTurn => Pods.Count(p => p.WaitsForTurn);

    /// <summary>
    /// The PDBs that would refuse the eviction of a pod of the plan, now or after earlier evictions, each once; those that allow no eviction first. The
    /// PDBs of a pod are its <see cref="NodeDrainPlanPod.Budgets"/>.
    /// </summary>
    public ItemList<PodBudget> BlockingBudgets =>
        new([
            .. Pods.Where(p => (p.BlockedByBudget || p.WaitsForTurn) && !p.Surges)
                .SelectMany(p => p.Budgets)
                .Where(b => b.Outlook != BudgetOutlook.Now)
                .OrderBy(b => b.Outlook != BudgetOutlook.Never)
                .DistinctBy(b => (b.Namespace, b.Name)),
        ]);

    /// <summary>The maximum duration when all planned nodes are drained together; null where the drain cannot finish.</summary>
    public TimeSpan? EstimatedDuration { get; init; }

    /// <summary>The basis of the estimate, or why there is none.</summary>
    public string EstimateBasis { get; init; } = "";

    /// <summary>
    /// The duration to expect, from how long these workloads took to terminate in earlier drains of the session, and to become ready; null without
    /// these.
    /// </summary>
    public TimeSpan? ExpectedDuration { get; init; }

    /// <summary>The basis of the expectation, or why there is none.</summary>
    public string ExpectedBasis { get; init; } = "";

    public DateTimeOffset ObservedAt { get; init; }

    public override string ToString() => Node;
}

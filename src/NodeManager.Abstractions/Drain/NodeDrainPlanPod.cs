namespace NodeManager;

/// <summary>One pod in the plan of a drain.</summary>
public sealed class NodeDrainPlanPod
{
    public required string Node { get; init; }

    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public string Uid { get; init; } = "";

    /// <summary><c>Evict</c>, <c>Skip</c>, <c>Wait</c> or <c>Refuse</c>; see <see cref="DrainDecision"/>.</summary>
    public required string Decision { get; init; }

    /// <summary>Why, in words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Of a refused pod: the options of a drain that permit its eviction, by the names of the parameters. All of them are needed.</summary>
    public ItemList<string> PermittedBy { get; init; } = ItemList<string>.Empty;

    /// <summary>The rule that decided: <c>Mirror</c>, <c>DaemonSet</c>, <c>LocalData</c>, <c>Unmanaged</c>, <c>Finished</c>, <c>Terminating</c>, …</summary>
    public string Rule { get; init; } = "";

    /// <summary>The verdicts of all rules, also of those that did not decide.</summary>
    public ItemList<string> Warnings { get; init; } = ItemList<string>.Empty;

    /// <summary><c>Kind/name</c> of the controller; empty without.</summary>
    public string Owner { get; init; } = "";

    /// <summary>Seconds that the pod gets to terminate: what was asked for, else its own.</summary>
    public long? GracePeriodSeconds { get; init; }

    /// <summary>The PDBs that cover it.</summary>
    public ItemList<PodBudget> Budgets { get; init; } = ItemList<PodBudget>.Empty;

    /// <summary>True when a PDB would refuse the eviction now.</summary>
    public bool BlockedByBudget { get; init; }

    /// <summary>True when its PDB allows a disruption now that another pod of the plan uses first.</summary>
    public bool WaitsForTurn { get; init; }

    /// <summary>With <c>-Surge</c>: true when its Deployment would be restarted, so that its successor is ready before it goes.</summary>
    public bool Surges { get; init; }

    /// <summary>With <c>-Surge</c>: why the Deployment of a pod whose PDB allows no eviction would not be restarted; else empty.</summary>
    public string SurgeRefusal { get; init; } = "";

    /// <summary>Will it fit on another node? One of <see cref="NodeDrainPodFit"/>.</summary>
    public string FitsElsewhere { get; init; } = NodeDrainPodFit.Unknown;

    /// <summary>Why not, or why it is unknown.</summary>
    public string FitReason { get; init; } = "";

    public override string ToString() => $"{Namespace}/{Name}: {Decision}";
}

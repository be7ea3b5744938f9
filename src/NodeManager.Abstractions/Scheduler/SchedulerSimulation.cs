namespace NodeManager;

/// <summary>The simulated placement of a pod under a scheduler configuration.</summary>
public sealed class SchedulerSimulation : ClusterObject
{
    /// <summary>See <see cref="SchedulerSimulationOutcome"/>.</summary>
    public required string Outcome { get; init; }

    public required string Namespace { get; init; }

    public required string Pod { get; init; }

    /// <summary>The profile.</summary>
    public required string SchedulerName { get; init; }

    /// <summary>The node of the pod; empty for a pending pod.</summary>
    public string NodeNow { get; init; } = "";

    /// <summary>The simulated node. Among equal nodes, the node on which the pod runs, or the first by name. Empty without a feasible node.</summary>
    public string NodeThen { get; init; } = "";

    /// <summary>All nodes that are equally good: a scheduler takes one of them at random.</summary>
    public ItemList<string> Candidates { get; init; } = ItemList<string>.Empty;

    /// <summary>The cause of the difference: the filter that the current node does not pass, or the different scores.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Plugins that have a say in this pod and whose rules are not known here: counted as if they let all pass and scored all alike.</summary>
    public ItemList<string> NotJudged { get; init; } = ItemList<string>.Empty;

    public override string ToString() => $"{Namespace}/{Pod}: {Outcome}";
}

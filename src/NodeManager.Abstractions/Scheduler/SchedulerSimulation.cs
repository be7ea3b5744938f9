namespace NodeManager;

/// <summary>Where a pod would be placed under a scheduler's configuration, all else being as it is.</summary>
public sealed class SchedulerSimulation : ClusterObject
{
    /// <summary>See <see cref="SchedulerSimulationOutcome"/>.</summary>
    public required string Outcome { get; init; }

    public required string Namespace { get; init; }

    public required string Pod { get; init; }

    /// <summary>The profile.</summary>
    public required string SchedulerName { get; init; }

    /// <summary>Where it runs; empty where it waits.</summary>
    public string NodeNow { get; init; } = "";

    /// <summary>Where it would be placed; of nodes that are equally good the one where it runs, else the first by name. Empty: no node.</summary>
    public string NodeThen { get; init; } = "";

    /// <summary>All nodes that are equally good: a scheduler takes one of them at random.</summary>
    public ItemList<string> Candidates { get; init; } = ItemList<string>.Empty;

    /// <summary>What makes the difference: the filter that the node of now does not pass, or the scores that differ.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Plugins that have a say in this pod and whose rules are not known here: counted as if they let all pass and scored all alike.</summary>
    public ItemList<string> NotJudged { get; init; } = ItemList<string>.Empty;

    public override string ToString() => $"{Namespace}/{Pod}: {Outcome}";
}

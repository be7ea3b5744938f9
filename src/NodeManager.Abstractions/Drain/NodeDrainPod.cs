namespace NodeManager;

/// <summary>The outcome of one pod in a drain, with its node and cluster.</summary>
public sealed class NodeDrainPod : ClusterObject
{
    /// <summary>The node that it was to leave.</summary>
    public required string Node { get; init; }

    /// <summary>The UID of that node.</summary>
    public string NodeUid { get; init; } = "";

    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public string Uid { get; init; } = "";

    /// <summary><c>Kind/name</c> of the controller; empty without.</summary>
    public string Owner { get; init; } = "";

    /// <summary>See <see cref="DrainPodOutcome"/>.</summary>
    public required string Outcome { get; init; }

    /// <summary>Why, in words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Names of the PDBs that refused it at some time, <c>namespace/name</c>.</summary>
    public ItemList<string> Budgets { get; init; } = ItemList<string>.Empty;

    /// <summary>The safeguards that were bypassed, see <see cref="DrainForce"/>; empty when nothing was.</summary>
    public ItemList<string> Forced { get; init; } = ItemList<string>.Empty;

    /// <summary>Those who had a hand in its leaving, in the order of their turns; empty unless it was asked for by EvictionRequest.</summary>
    public ItemList<NodeDrainResponder> Responders { get; init; } = ItemList<NodeDrainResponder>.Empty;

    /// <summary>How often its eviction was asked for.</summary>
    public int Attempts { get; init; }

    /// <summary>When it was first asked to go, or waited for; null when it was not tried before the drain ended.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it had terminated or was skipped; null before.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>From the first request until it was gone, or until the drain ended.</summary>
    public TimeSpan? Duration { get; init; }

    public override string ToString() => $"{Namespace}/{Name}: {Outcome}";
}

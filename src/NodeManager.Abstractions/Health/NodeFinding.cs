namespace NodeManager;

/// <summary>One thing that is wrong with a node: its cause, since when, and the evidence for it. One incident is one finding.</summary>
public sealed class NodeFinding : ClusterObject
{
    /// <summary>The node's name.</summary>
    public required string Node { get; init; }

    /// <summary>The node's UID.</summary>
    public string NodeUid { get; init; } = "";

    /// <summary>The node's <c>topology.kubernetes.io/zone</c> label; empty where it has none.</summary>
    public string Zone { get; init; } = "";

    /// <summary>One of <see cref="NodeFindingCause"/>, or the type of a condition that a problem detector reported.</summary>
    public required string Cause { get; init; }

    /// <summary>One of <see cref="NodeFindingSeverity"/>.</summary>
    public required string Severity { get; init; }

    /// <summary>The fault, in one sentence.</summary>
    public required string Message { get; init; }

    /// <summary>When it began, in the cluster's time; null where it is unknown.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>When the cluster was evaluated, in cluster time.</summary>
    public DateTimeOffset ObservedAt { get; init; }

    /// <summary>The evidence of the finding, the strongest first.</summary>
    public ItemList<NodeEvidence> Evidence { get; init; } = ItemList<NodeEvidence>.Empty;

    /// <summary>How long it has lasted; null where its beginning is not known.</summary>
    public TimeSpan? Duration => ObservedAt - Since;

    public override string ToString() => $"{Node}: {Cause}: {Message}";
}

namespace NodeManager;

/// <summary>The result of the repair of a node, or the reason against it.</summary>
public sealed class NodeRepairResult : ClusterObject
{
    /// <summary>The command's run, by which nodes are claimed; empty where none was.</summary>
    public string RunId { get; init; } = "";

    public required string Node { get; init; }

    /// <summary>The UID of the node that the repair found.</summary>
    public string NodeUid { get; init; } = "";

    /// <summary>The node's pool by its labels; empty for none.</summary>
    public string Pool { get; init; } = "";

    /// <summary>One of <see cref="NodeRepairStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>One of <see cref="NodeRepairReason"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>The reason in a sentence or two.</summary>
    public string Message { get; init; } = "";

    /// <summary>The cause that the repair is for; empty where none is found.</summary>
    public string Cause { get; init; } = "";

    /// <summary>The finding behind it; null where none is found.</summary>
    public NodeFinding? Finding { get; init; }

    /// <summary>The actions that were taken, or are planned, in their order.</summary>
    public ItemList<NodeRepairStep> Steps { get; init; } = ItemList<NodeRepairStep>.Empty;

    /// <summary>The last action; empty where none was taken.</summary>
    public string Action => Steps.LastOrDefault()?.Action ?? "";

    /// <summary>The machine that was restarted or replaced, as <c>provider/name</c>; empty where none was needed.</summary>
    public string Machine { get; init; } = "";

    /// <summary>How the drain ended; null where there was none.</summary>
    public NodeDrainResult? Drain { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public TimeSpan? Duration => EndedAt - StartedAt;

    public override string ToString() => $"{Node}: {Status} ({Reason})";
}

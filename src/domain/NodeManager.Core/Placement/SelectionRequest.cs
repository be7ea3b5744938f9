namespace NodeManager.Core.Placement;

public sealed record SelectionRequest
{
    /// <summary>A <see cref="NodeSelectionStrategy"/>.</summary>
    public required string Strategy { get; init; }

    public int Count { get; init; } = 1;

    /// <summary>True if a node may be selected more than once.</summary>
    public bool AllowRepeat { get; init; }

    /// <summary>The pod to place: its requests, tolerations, affinity, volumes.</summary>
    public required Pod Pod { get; init; }

    /// <summary>Only nodes with these labels; null: all.</summary>
    public LabelSelector? Nodes { get; init; }

    /// <summary>The pods that count as sessions; null: all that are neither mirror pods nor managed by a DaemonSet.</summary>
    public LabelSelector? Sessions { get; init; }

    /// <summary>Makes a random selection repeatable; null: random.</summary>
    public int? Seed { get; init; }

    /// <summary>True to return the other nodes as well, with their reasons.</summary>
    public bool Explain { get; init; }
}

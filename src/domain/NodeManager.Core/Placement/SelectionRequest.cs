using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Placement;

/// <summary>What to select nodes for.</summary>
public sealed record SelectionRequest
{
    /// <summary>One of <see cref="NodeSelectionStrategy"/>.</summary>
    public required string Strategy { get; init; }

    /// <summary>How many nodes.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Whether a node may be selected more than once.</summary>
    public bool AllowRepeat { get; init; }

    /// <summary>The pod to place: its requests, tolerations, affinity, volumes.</summary>
    public required Pod Pod { get; init; }

    /// <summary>Only nodes with these labels; null: all.</summary>
    public LabelSelector? Nodes { get; init; }

    /// <summary>The pods that count as sessions; null: all that are neither mirror pods nor managed by a DaemonSet.</summary>
    public LabelSelector? Sessions { get; init; }

    /// <summary>Repeats a random selection; null: another one each time.</summary>
    public int? Seed { get; init; }

    /// <summary>Whether nodes that are not selected are returned as well, with their reasons.</summary>
    public bool Explain { get; init; }
}

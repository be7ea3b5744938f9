using NodeManager.Core.Nodes;
using NodeManager.Monitoring.Repair.Decisions;
using NodeManager.Runs;

namespace NodeManager.Monitoring.Repair.Execution;

/// <summary>Which nodes of a cluster to repair, and how.</summary>
public sealed record RepairRequest
{
    public required NodeManagerSession Session { get; init; }

    /// <summary>The nodes that may be repaired: plain names or wildcards; none: all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The UIDs of the nodes that are meant, by name, where they are known. Another node of such a name is not repaired (NodeReplaced).</summary>
    public IReadOnlyDictionary<string, string> Uids { get; init; } = NodeTarget.NoUids;

    /// <summary>True where a plain name that is skipped is a failure (NodeNotRepaired), and not a result alone.</summary>
    public bool IsNamed { get; init; }

    /// <summary>
    /// A label selector, as kubectl's <c>-l</c>, of the nodes that may be repaired, and over which <see cref="RepairPolicy.MinHealthy"/> counts; null: all of
    /// the cluster.
    /// </summary>
    public string? Selector { get; init; }

    /// <summary>Those of them that may be repaired; null: all.</summary>
    public IReadOnlyList<NodeTarget>? Candidates { get; init; }

    public RepairPolicy Policy { get; init; } = new();

    /// <summary>Where the Lease of the repair is.</summary>
    public string Namespace { get; init; } = RunLayout.DefaultNamespace;

    /// <summary>Continues until it is cancelled, and repairs nodes whenever they fail. Otherwise each node is judged once.</summary>
    public bool IsContinuous { get; init; }

    /// <summary>Only says what would be done.</summary>
    public bool IsPlan { get; init; }

    /// <summary>Why, for the events on the nodes.</summary>
    public string Reason { get; init; } = "";
}

using NodeManager.Core.Nodes;
using NodeManager.Monitoring.Repair.Decisions;
using NodeManager.Runs;

namespace NodeManager.Monitoring.Repair.Execution;

/// <summary>The nodes of a cluster to repair, and how.</summary>
public sealed record RepairRequest
{
    public required NodeManagerSession Session { get; init; }

    /// <summary>Nodes that may be repaired: plain names or wildcards; none: all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The expected UIDs by name, if known. A node with another UID is not repaired (NodeReplaced).</summary>
    public IReadOnlyDictionary<string, string> Uids { get; init; } = NodeTarget.NoUids;

    /// <summary>True if skipping a plain name is also a failure (NodeNotRepaired).</summary>
    public bool IsNamed { get; init; }

    /// <summary>
    /// A label selector, as kubectl's <c>-l</c>, of the nodes that may be repaired, and over which <see cref="RepairPolicy.MinHealthy"/>
    /// counts; null: all of the cluster.
    /// </summary>
    public string? Selector { get; init; }

    /// <summary>Only these nodes may be repaired; null: all.</summary>
    public IReadOnlyList<NodeTarget>? Candidates { get; init; }

    public RepairPolicy Policy { get; init; } = new();

    /// <summary>The namespace of the repair's Lease.</summary>
    public string Namespace { get; init; } = RunLayout.DefaultNamespace;

    /// <summary>Repairs nodes whenever they fail, until cancelled. Otherwise each node is judged once.</summary>
    public bool IsContinuous { get; init; }

    public bool IsPlan { get; init; }

    /// <summary>The reason in the events on the nodes.</summary>
    public string Reason { get; init; } = "";
}

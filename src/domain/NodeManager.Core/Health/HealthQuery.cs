using NodeManager.Core.Nodes;

namespace NodeManager.Core.Health;

public sealed record HealthQuery
{
    /// <summary>
    /// Plain names or wildcards; none: all nodes. A plain name without a node is an error, a wildcard without match is not.
    /// </summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The expected UIDs by name, if known. A node with another UID is not read (NodeReplaced).</summary>
    public IReadOnlyDictionary<string, string> Uids { get; init; } = NodeTarget.NoUids;

    /// <summary>A label selector as kubectl's <c>-l</c>.</summary>
    public string? Selector { get; init; }

    /// <summary>
    /// A <see cref="NodeFindingSeverity"/>: only findings of this severity or worse, and only nodes that have one. Null: all nodes.
    /// </summary>
    public string? Severity { get; init; }
}

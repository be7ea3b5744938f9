namespace NodeManager.Core.Nodes.Reading;

/// <summary>Which nodes, and how much about them. Empty lists select all.</summary>
public sealed record NodeQuery
{
    /// <summary>
    /// Plain names or wildcards (<c>*</c>, <c>?</c>, <c>[a-c]</c>), case-insensitive. A plain name without a node is an error, a wildcard
    /// without match is not.
    /// </summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The UIDs of the nodes that are meant, by name, where they are known. Another node of such a name is not read (NodeReplaced).</summary>
    public IReadOnlyDictionary<string, string> Uids { get; init; } = NodeTarget.NoUids;

    /// <summary>A label selector as kubectl's <c>-l</c>.</summary>
    public string? Selector { get; init; }

    /// <summary>Roles, any of which will do.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary><c>Ready</c>, <c>NotReady</c>, <c>Unknown</c>, <c>SchedulingDisabled</c>; any of them will do.</summary>
    public IReadOnlyList<string> Statuses { get; init; } = [];

    public IReadOnlyList<string> Zones { get; init; } = [];

    /// <summary>Names of pools or wildcards; any of them will do.</summary>
    public IReadOnlyList<string> Pools { get; init; } = [];

    /// <summary>Also count pods and requests, and ask for metrics.</summary>
    public bool Usage { get; init; }
}

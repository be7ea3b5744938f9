namespace NodeManager.Core.Nodes.Reading;

/// <summary>Selects nodes and the amount of data. Empty lists select all.</summary>
public sealed record NodeQuery
{
    /// <summary>
    /// Plain names or wildcards (<c>*</c>, <c>?</c>, <c>[a-c]</c>), case-insensitive. A plain name without a node is an error, a wildcard
    /// without match is not.
    /// </summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The expected UIDs by name, if known. A node with another UID is not read (NodeReplaced).</summary>
    public IReadOnlyDictionary<string, string> Uids { get; init; } = NodeTarget.NoUids;

    /// <summary>A label selector as kubectl's <c>-l</c>.</summary>
    public string? Selector { get; init; }

    /// <summary>Any of these roles.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Any of <c>Ready</c>, <c>NotReady</c>, <c>Unknown</c>, <c>SchedulingDisabled</c>.</summary>
    public IReadOnlyList<string> Statuses { get; init; } = [];

    public IReadOnlyList<string> Zones { get; init; } = [];

    /// <summary>Any of these pools, by name or wildcard.</summary>
    public IReadOnlyList<string> Pools { get; init; } = [];

    /// <summary>Also count pods and requests, and read metrics.</summary>
    public bool Usage { get; init; }
}

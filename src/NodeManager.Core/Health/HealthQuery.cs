namespace NodeManager.Core.Health;

/// <summary>Which nodes to judge.</summary>
public sealed record HealthQuery
{
    /// <summary>Plain names or wildcards; none: all nodes. A plain name without a node is an error, a wildcard without match is not.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>A label selector as kubectl's <c>-l</c>.</summary>
    public string? Selector { get; init; }

    /// <summary>One of <see cref="NodeFindingSeverity"/>: only findings of this severity or worse, and only nodes that have one. Null: all nodes.</summary>
    public string? Severity { get; init; }
}

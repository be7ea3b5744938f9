using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Monitoring;

/// <summary>Which nodes are watched.</summary>
/// <param name="Session">Where.</param>
/// <param name="IsNamed">Whether a name is one of them.</param>
/// <param name="Selector">Of their labels; null: all.</param>
internal sealed record HealthScope(NodeManagerSession Session, Predicate<string> IsNamed, LabelSelector? Selector)
{
    /// <summary>Nodes that are named without wildcards: where one does not exist, its name may be misspelled.</summary>
    public IReadOnlyList<string> PlainNames { get; private init; } = [];

    /// <param name="session">Where.</param>
    /// <param name="names">Plain names or wildcards; none: all.</param>
    /// <param name="selector">As kubectl's <c>-l</c>; null: all.</param>
    public static HealthScope Of(NodeManagerSession session, IReadOnlyList<string> names, string? selector) =>
        new(
            session,
            names.Count == 0 ? static _ => true : NamePattern.Any(names),
            selector is null ? null : LabelSelectorParser.Parse(selector)
        )
        {
            PlainNames = [.. names.Where(static name => !NamePattern.IsWildcard(name))],
        };

    public bool Selects(Node node) => IsNamed(node.Metadata.Name) && (Selector is null || Selector.Matches(node.Metadata.Labels));
}

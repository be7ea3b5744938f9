using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Monitoring;

/// <summary>Selects the watched nodes.</summary>
/// <param name="IsNamed">True if a name is selected.</param>
/// <param name="Selector">Null: all.</param>
internal sealed record HealthScope(NodeManagerSession Session, Predicate<string> IsNamed, LabelSelector? Selector)
{
    /// <summary>Names without wildcards: a missing node may be a typing error.</summary>
    public IReadOnlyList<string> PlainNames { get; private init; } = [];

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

using System.Text.RegularExpressions;
using NodeManager.Kubernetes.Requests;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>
/// Splits a query into disjoint lists for the server and a complete test of one node. The test suffices; the lists only fetch less.
/// </summary>
internal sealed partial class NodeFilter
{
    private readonly NamePattern[] _names;
    private readonly NodeQuery _query;

    public NodeFilter(NodeQuery query)
    {
        _query = query;
        _names = [.. query.Names.Select(n => new NamePattern(n))];
        PlainNames = [.. query.Names.Where(n => !NamePattern.IsWildcard(n)).Select(n => n.ToLowerInvariant()).Distinct()];
        ValidNames = [.. PlainNames.Where(n => NodeInput.CheckName(n) is null)];
        HasWildcards = query.Names.Any(NamePattern.IsWildcard);
    }

    /// <summary>In lower case, as in Kubernetes.</summary>
    public IReadOnlyList<string> PlainNames { get; }

    public IReadOnlyList<string> ValidNames { get; }

    public bool HasWildcards { get; }

    /// <summary>
    /// Several lists only if nodes may have the value in two labels: the list by the older label excludes nodes with the newer.
    /// </summary>
    public IReadOnlyList<ListOptions> Lists()
    {
        IEnumerable<string> selectors = [_query.Selector ?? ""];
        selectors = And(selectors, RoleSelectors());
        selectors = And(selectors, ZoneSelectors());
        string? field =
            _query.Statuses is [var status] && NodeStates.Parse(status) == NodeStatus.Cordoned ? "spec.unschedulable=true" : null;
        return [.. selectors.Select(s => new ListOptions { LabelSelector = s.Length == 0 ? null : s, FieldSelector = field })];
    }

    /// <summary>Matches the names and wildcards of the query.</summary>
    public bool MatchesName(string name) => _names.Length == 0 || Array.Exists(_names, n => n.Matches(name));

    /// <summary>All but the label selector, which the server evaluates.</summary>
    public bool Matches(ClusterNode node) =>
        MatchesName(node.Name)
        && (_query.Roles.Count == 0 || _query.Roles.Any(r => node.Roles.Any(has => MatchesValue(r, has))))
        && (_query.Zones.Count == 0 || _query.Zones.Any(z => MatchesValue(z, node.Zone)))
        && (_query.Pools.Count == 0 || _query.Pools.Any(p => node.Pool.Length > 0 && MatchesValue(p, node.Pool)))
        && (_query.Statuses.Count == 0 || _query.Statuses.Any(node.Is));

    private string[] RoleSelectors() =>
        _query.Roles is [var role] && LabelText().IsMatch(role)
            ? [WellKnownLabels.RolePrefix + role, $"{WellKnownLabels.OlderRole}={role},!{WellKnownLabels.RolePrefix}{role}"]
            : [""];

    private string[] ZoneSelectors()
    {
        if (_query.Zones.Count == 0 || !_query.Zones.All(LabelText().IsMatch))
            return [""];
        string zones = string.Join(',', _query.Zones);
        return [$"{WellKnownLabels.Zone} in ({zones})", $"{WellKnownLabels.OlderZone} in ({zones}),!{WellKnownLabels.Zone}"];
    }

    private static IEnumerable<string> And(IEnumerable<string> left, string[] right) =>
        from l in left
        from r in right
        select l.Length == 0 ? r
        : r.Length == 0 ? l
        : $"{l},{r}";

    // Kubernetes' values are case-sensitive; PowerShell's wildcards are not.
    private static bool MatchesValue(string wanted, string actual) =>
        NamePattern.IsWildcard(wanted) ? new NamePattern(wanted).Matches(actual) : wanted == actual;

    // Values that a selector accepts; others are compared here.
    [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex LabelText();
}

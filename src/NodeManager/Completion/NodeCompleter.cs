using System.Collections;
using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Completion;

/// <summary>
/// Candidates from the nodes of existing sessions. Never connects, because Tab must neither block nor prompt for a login; never throws,
/// because an error would break the line being typed.
/// </summary>
public abstract class NodeCompleter : CandidateCompleter
{
    private protected override IEnumerable<string> Candidates(string parameter, IDictionary bound) =>
        Select(
            Completions.Read<ClusterNode>(
                bound,
                static async (session, nodes, cancel) => nodes.AddRange(await CompletionReader.ReadNodesAsync(session, cancel))
            )
        );

    private protected abstract IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes);
}

/// <summary><c>key=value</c> of short annotations.</summary>
public sealed class AnnotationCompleter : NodeCompleter
{
    private const int MaximumLength = 100;

    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes
            .SelectMany(n => n.Annotations)
            .Select(a => $"{a.Key}={a.Value}")
            .Where(a => a.Length <= MaximumLength)
            .Order(StringComparer.Ordinal);
}

public sealed class AnnotationKeyCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.SelectMany(n => n.Annotations.Keys).Order(StringComparer.Ordinal);
}

/// <summary>Well-known groups, then label keys of nodes.</summary>
public sealed class GroupByCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        ["Zone", "Region", "Role", "InstanceType", .. nodes.SelectMany(n => n.Labels.Keys).Order(StringComparer.Ordinal)];
}

public sealed class LabelKeyCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.SelectMany(n => n.Labels.Keys).Order(StringComparer.Ordinal);
}

/// <summary><c>key=value</c> of labels.</summary>
public sealed class LabelSelectorCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.SelectMany(n => n.Labels).Select(l => $"{l.Key}={l.Value}").Order(StringComparer.Ordinal);
}

public sealed class NodeNameCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.Select(n => n.Name).Order(StringComparer.Ordinal);
}

public sealed class RoleCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.SelectMany(n => n.Roles).Order(StringComparer.Ordinal);
}

/// <summary><c>key=value:Effect</c> of taints.</summary>
public sealed class TaintCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.SelectMany(n => n.Taints).Select(t => t.ToString()).Order(StringComparer.Ordinal);
}

public sealed class TaintKeyCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.SelectMany(n => n.Taints).Select(t => t.Key).Order(StringComparer.Ordinal);
}

/// <summary>States, then conditions of nodes.</summary>
public sealed class WaitConditionCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        [
            "Ready",
            "NotReady",
            "Unknown",
            "Cordoned",
            "Deleted",
            .. NodeLifecycleCondition.All,
            .. nodes.SelectMany(n => n.Conditions).Select(c => c.Type).Distinct().SelectMany(t => new[] { $"{t}=True", $"{t}=False" }),
        ];
}

public sealed class ZoneCompleter : NodeCompleter
{
    private protected override IEnumerable<string> Select(IReadOnlyList<ClusterNode> nodes) =>
        nodes.Select(n => n.Zone).Where(z => z.Length > 0).Order(StringComparer.Ordinal);
}

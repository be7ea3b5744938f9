using System.ComponentModel;
using ModelContextProtocol.Protocol;
using NodeManager.Core.Health;
using NodeManager.Core.Progress;
using NodeManager.Server.Clusters;

namespace NodeManager.Server.Agents.Tools;

internal sealed class HealthTools(ClusterSession cluster)
{
    private const int TopCauses = 8;
    private const int TopNodes = 5;
    private const int LongestMessage = 140;

    [AgentTool(
        "node_health",
        "Which nodes are unhealthy, and why",
        Answers = "nodes:integer|array total?:integer unhealthy:integer nextCursor?:string healthy?:integer critical?:integer causes?:array furtherCauses?:array details?:string"
    )]
    [Description(
        "Which nodes are unhealthy and why: counts by cause with the first nodes of each, the longest-lasting first. With nodes, selector or cause: the findings of each such node with their evidence, a page at a time."
    )]
    public async Task<CallToolResult> TestAsync(
        [Description("Details of these nodes; wildcards * and ?.")] string[]? nodes = null,
        [Description("Details of the nodes with these labels; as kubectl's -l.")] string? selector = null,
        [Description("Details of the nodes with this cause, as the summary names it.")] string? cause = null,
        [Description("1 to 100; of details.")] [Bounds(1, 100)] int limit = 10,
        [Description("nextCursor of the page before.")] string? cursor = null,
        CancellationToken stop = default
    )
    {
        IReadOnlyList<NodeHealth> found = await NodeHealthChecks.TestAsync(
            cluster.Session,
            new() { Names = nodes ?? [], Selector = selector },
            missing => throw missing,
            NullObserver.Instance,
            stop
        );
        bool isSummary = nodes is not { Length: > 0 } && selector is null && cause is null && cursor is null;
        if (isSummary)
            return Summary(found);
        RefuseUnknown(cause, found);
        return Details(found, cause, limit, cursor);
    }

    // Causes of problem detectors are not predefined: those of existing findings are valid too.
    private static void RefuseUnknown(string? cause, IReadOnlyList<NodeHealth> nodes)
    {
        if (cause is null)
            return;
        string[] present =
        [
            .. nodes
                .SelectMany(static node => node.Findings)
                .Select(static one => one.Cause)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        if (present.Contains(cause) || NodeFindingCause.All.Contains(cause))
            return;
        throw new NodeManagerException(
            "InvalidArguments",
            ErrorKind.InvalidArgument,
            $"'{DisplayText.Escape(cause)}' is not a cause.",
            cause,
            $"Causes of these nodes: {(present.Length > 0 ? string.Join(", ", present) : "none")}. All: {string.Join(", ", NodeFindingCause.All)}."
        );
    }

    private static CallToolResult Summary(IReadOnlyList<NodeHealth> nodes)
    {
        List<NodeHealth> ill = [.. nodes.Where(static node => !node.IsHealthy)];
        var causes = ill.SelectMany(static node =>
                node.Findings.Where(static finding => finding.Severity != NodeFindingSeverity.Information)
            )
            .GroupBy(static finding => (finding.Cause, finding.Severity))
            .OrderBy(static group => NodeFindingSeverity.All.IndexOf(group.Key.Severity))
            .ThenByDescending(static group => group.Count())
            .ThenBy(static group => group.Key.Cause, StringComparer.Ordinal)
            .ToList();
        return AgentAnswer.Of(
            new
            {
                Nodes = nodes.Count,
                Healthy = nodes.Count - ill.Count,
                Unhealthy = ill.Count,
                Critical = ill.Count(static node => node.Status == NodeFindingSeverity.Critical),
                Causes = causes
                    .Take(TopCauses)
                    .Select(static group =>
                    {
                        List<NodeFinding> oldest =
                        [
                            .. group
                                .OrderBy(static finding => finding.Since ?? DateTimeOffset.MaxValue)
                                .ThenBy(static finding => finding.Node, StringComparer.Ordinal),
                        ];
                        return new
                        {
                            group.Key.Cause,
                            group.Key.Severity,
                            Count = oldest.Count,
                            Zones = oldest
                                .GroupBy(static finding => finding.Zone.Length > 0 ? finding.Zone : "(none)")
                                .OrderByDescending(static zone => zone.Count())
                                .ThenBy(static zone => zone.Key, StringComparer.Ordinal)
                                .Take(3)
                                .ToDictionary(static zone => zone.Key, static zone => zone.Count()),
                            LongestFor = oldest[0].Duration is { } duration ? HumanDuration.Format(duration) : null,
                            Example = oldest[0].Message,
                            Nodes = oldest.Take(TopNodes).Select(static finding => finding.Node),
                        };
                    }),
                FurtherCauses = causes.Count > TopCauses
                    ? causes.Skip(TopCauses).Select(static group => group.Key.Cause).Distinct().Take(20)
                    : null,
                Details = ill.Count > 0 ? "Call node_health with cause or nodes." : null,
            },
            LongestMessage
        );
    }

    private static CallToolResult Details(IReadOnlyList<NodeHealth> nodes, string? cause, int limit, string? cursor)
    {
        IEnumerable<NodeHealth> chosen = cause is null ? nodes : nodes.Where(node => node.Findings.Any(finding => finding.Cause == cause));
        var page = AgentPage<NodeHealth>.Of(chosen, static node => node.Name, limit, cursor);
        return AgentAnswer.Of(
            new
            {
                page.Total,
                Unhealthy = chosen.Count(static node => !node.IsHealthy),
                Nodes = page.Items.Select(static node => new
                {
                    node.Name,
                    node.Status,
                    Findings = node.Findings.Count == 0
                        ? null
                        : node
                            .Findings.Take(5)
                            .Select(static finding => new
                            {
                                finding.Cause,
                                finding.Severity,
                                finding.Message,
                                For = finding.Duration is { } duration ? HumanDuration.Format(duration) : null,
                                Evidence = finding.Evidence.Take(2).Select(static evidence => evidence.ToString()),
                            }),
                }),
                page.NextCursor,
            },
            LongestMessage
        );
    }
}

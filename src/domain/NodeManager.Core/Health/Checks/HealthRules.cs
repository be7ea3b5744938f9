using NodeManager.Core.Nodes.Reading;

namespace NodeManager.Core.Health.Checks;

/// <summary>Finds problems of a node without requests or a clock. One incident is one finding, however many signals show it.</summary>
public static class HealthRules
{
    private static readonly Func<HealthInput, IEnumerable<HealthSignal>>[] All =
    [
        ReadinessRules.Judge,
        ConditionRules.Judge,
        NodePodRules.Judge,
        KubeletEventRules.Judge,
        SchedulingRules.Judge,
        VersionRules.Judge,
        ClockRules.Judge,
    ];

    /// <summary>The findings of one node, the worst first; none for a healthy one.</summary>
    public static IReadOnlyList<NodeFinding> Judge(HealthInput input) =>
        [
            .. Correlation
                .Join(All.SelectMany(rule => rule(input)))
                .OrderBy(static signal => NodeFindingSeverity.All.IndexOf(signal.Severity))
                .Select(signal => Describe(input, signal)),
        ];

    private static NodeFinding Describe(HealthInput input, HealthSignal signal) =>
        new()
        {
            Cluster = input.Session.Cluster,
            Session = input.Session,
            Node = input.Node.Metadata.Name,
            NodeUid = input.Node.Metadata.Uid ?? "",
            Zone = NodeMapper.ZoneOf(input.Node),
            Cause = signal.Cause,
            Severity = signal.Severity,
            Message = signal.Message,
            Since = signal.Since,
            ObservedAt = input.Now,
            Evidence = new([.. signal.Evidence]),
        };
}

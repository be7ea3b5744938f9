using System.Text.Json.Serialization;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Alerts;

// Bodies of alerts. Serialized in snake_case.

/// <param name="Monitoring">A monitor runs, so that alerts are up to date.</param>
/// <param name="Problem">Why no monitor runs; absent while one does.</param>
/// <param name="Alerts">Open alerts and recent resolved ones, newest first.</param>
internal sealed record ApiAlerts(bool Monitoring, ApiAlertProblem? Problem, IReadOnlyList<ApiAlert> Alerts);

internal sealed record ApiAlertProblem(string Error, string Message, string? Action);

/// <summary>An alert after its last transition; also the data of the event <c>alert</c>.</summary>
/// <param name="Sequence">Counts the transitions of the alert from 1.</param>
/// <param name="Transition">See <see cref="NodeAlertTransition"/>.</param>
/// <param name="Status">See <see cref="NodeAlertStatus"/>.</param>
/// <param name="Cause">See <see cref="NodeFindingCause"/> and <see cref="NodeAlertCause"/>, or a condition that a problem detector reported.</param>
/// <param name="Severity">See <see cref="NodeFindingSeverity"/>.</param>
/// <param name="GroupBy">The common property of nodes that failed together; absent for one node.</param>
/// <param name="EndsAt">Absent while it is open.</param>
/// <param name="Flapping">The cause appears and disappears repeatedly.</param>
/// <param name="Silence">The silence that covers it; absent without one.</param>
/// <param name="Labels">They identify the alert at all monitors of the cluster.</param>
/// <param name="Findings">With evidence; truncated for an alert about many nodes.</param>
internal sealed record ApiAlert(
    string Id,
    int Sequence,
    [property: ValuesOf(typeof(NodeAlertTransition))] string Transition,
    [property: ValuesOf(typeof(NodeAlertStatus))] string Status,
    string Cause,
    [property: ValuesOf(typeof(NodeFindingSeverity))] string Severity,
    IReadOnlyList<string> Nodes,
    string? GroupBy,
    string? Group,
    DateTimeOffset StartsAt,
    DateTimeOffset? EndsAt,
    DateTimeOffset UpdatedAt,
    string Message,
    bool Flapping,
    ApiAlertSilence? Silence,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<ApiFinding> Findings
)
{
    /// <summary>The alert of a zone may cover a thousand nodes in one event.</summary>
    private const int MaximumFindings = 50;

    private static readonly HashSet<string> CausesOfPods = [NodeFindingCause.SystemPodsRestarting, NodeFindingCause.Evictions];

    /// <summary>For readers of nodes: without pod names, which the route has.</summary>
    public static ApiAlert OfNodes(NodeAlert alert)
    {
        ApiAlert all = Of(alert);
        bool namesPods =
            CausesOfPods.Contains(all.Cause)
            || all.Findings.Any(static one => CausesOfPods.Contains(one.Cause) || one.Evidence.Any(static e => e.Kind == "Pod"));
        return namesPods ? all with { Message = $"{all.Cause}: the alert names its pods.", Findings = [] } : all;
    }

    public static ApiAlert Of(NodeAlert alert) =>
        new(
            alert.Id,
            alert.Sequence,
            alert.Transition,
            alert.Status,
            alert.Cause,
            alert.Severity,
            alert.Nodes,
            AnswerText.NullIfEmpty(alert.GroupBy),
            AnswerText.NullIfEmpty(alert.Group),
            alert.StartsAt,
            alert.EndsAt,
            alert.UpdatedAt,
            alert.Message,
            alert.IsFlapping,
            alert.Silence is { } silence ? ApiAlertSilence.Of(silence) : null,
            alert.Labels,
            [
                .. alert
                    .Findings.Take(MaximumFindings)
                    .Select(static one => new ApiFinding(
                        one.Node,
                        one.Cause,
                        one.Severity,
                        one.Message,
                        one.Since,
                        [.. one.Evidence.Select(static e => new ApiEvidence(e.Kind, e.Name, e.Message, e.At))]
                    )),
            ]
        );
}

/// <param name="Nodes">Names and wildcards: an alert is covered if all its nodes match; empty: all nodes.</param>
/// <param name="Causes">Causes and wildcards; empty: all causes.</param>
/// <param name="Labels">Further labels that an alert must have.</param>
/// <param name="UntilResolved">An acknowledgement: alerts that begin later are not covered.</param>
internal sealed record ApiAlertSilence(
    string Id,
    IReadOnlyList<string> Nodes,
    IReadOnlyList<string> Causes,
    IReadOnlyDictionary<string, string> Labels,
    bool UntilResolved,
    DateTimeOffset StartsAt,
    DateTimeOffset EndsAt,
    string CreatedBy,
    string Reason
)
{
    public static ApiAlertSilence Of(NodeAlertSilence silence) =>
        new(
            silence.Id,
            silence.Nodes,
            silence.Causes,
            silence.Labels,
            silence.UntilResolved,
            silence.StartsAt,
            silence.EndsAt,
            silence.CreatedBy,
            silence.Reason
        );
}

/// <param name="Nodes">Names and wildcards.</param>
/// <param name="Causes">Causes and wildcards.</param>
/// <param name="Labels">The labels of an alert, to silence this alert. Without <c>causes</c>.</param>
/// <param name="DurationSeconds">60 to 7,776,000; 7,200 if absent.</param>
/// <param name="UntilResolved">Acknowledge: alerts that begin later are not covered.</param>
internal sealed record ApiAlertSilenceRequest(
    IReadOnlyList<string>? Nodes,
    IReadOnlyList<string>? Causes,
    IReadOnlyDictionary<string, string>? Labels,
    long? DurationSeconds,
    bool? UntilResolved,
    string? Reason
);

internal sealed record ApiFinding(
    string Node,
    string Cause,
    string Severity,
    string Message,
    DateTimeOffset? Since,
    IReadOnlyList<ApiEvidence> Evidence
);

/// <param name="Kind"><c>Condition</c>, <c>Lease</c>, <c>Taint</c>, <c>Pod</c>, <c>Event</c>, <c>Version</c> or <c>Node</c>.</param>
internal sealed record ApiEvidence(string Kind, string Name, string Message, DateTimeOffset? At);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ApiAlerts))]
[JsonSerializable(typeof(List<ApiAlertSilence>))]
internal sealed partial class AlertRouteJson : JsonSerializerContext;

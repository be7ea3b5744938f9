using System.Text.Json.Serialization;
using NodeManager.Server.Responses;

namespace NodeManager.Server.Alerts;

// What the routes and the event stream say of alerts. Written in snake_case.

/// <param name="Monitoring">Whether a monitor runs, so that alerts are up to date.</param>
/// <param name="Problem">Why none runs; absent while one does.</param>
/// <param name="Alerts">The open ones and the last ones of the past, the newest first.</param>
internal sealed record ApiAlerts(bool Monitoring, ApiAlertProblem? Problem, IReadOnlyList<ApiAlert> Alerts);

internal sealed record ApiAlertProblem(string Error, string Message, string? Action);

/// <summary>An alert in the state of its last transition; also data of the event <c>alert</c>.</summary>
/// <param name="Sequence">Counts the transitions of the alert from 1.</param>
/// <param name="Transition">See <see cref="NodeAlertTransition"/>.</param>
/// <param name="Status">See <see cref="NodeAlertStatus"/>.</param>
/// <param name="Cause">See <see cref="NodeFindingCause"/> and <see cref="NodeAlertCause"/>, or a condition that a problem detector reported.</param>
/// <param name="Severity">See <see cref="NodeFindingSeverity"/>.</param>
/// <param name="GroupBy">What nodes that failed together have in common; absent for one node.</param>
/// <param name="EndsAt">Absent while it is open.</param>
/// <param name="Flapping">The cause comes and goes.</param>
/// <param name="Findings">With their evidence: the first of them where many nodes failed together.</param>
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
    IReadOnlyList<ApiFinding> Findings
)
{
    /// <summary>A zone of a thousand nodes is one alert, and one event.</summary>
    private const int MostFindings = 50;

    private static readonly HashSet<string> CausesOfPods = [NodeFindingCause.SystemPodsRestarting, NodeFindingCause.Evictions];

    /// <summary>For readers who may list nodes: without the names of pods, which the route has.</summary>
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
            AnswerText.Filled(alert.GroupBy),
            AnswerText.Filled(alert.Group),
            alert.StartsAt,
            alert.EndsAt,
            alert.UpdatedAt,
            alert.Message,
            alert.IsFlapping,
            [
                .. alert
                    .Findings.Take(MostFindings)
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
internal sealed partial class AlertRouteJson : JsonSerializerContext;

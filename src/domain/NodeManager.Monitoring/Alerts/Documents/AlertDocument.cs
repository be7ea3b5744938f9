using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeManager.Monitoring.Alerts.Documents;

/// <summary>A transition of an alert as JSON, for webhooks and the state file.</summary>
public sealed record AlertDocument
{
    /// <summary>The version of the format.</summary>
    public int Version { get; init; } = 1;

    public required string Id { get; init; }

    public required string AlertId { get; init; }

    public required int Sequence { get; init; }

    public required string Transition { get; init; }

    public required string Status { get; init; }

    public required string Cause { get; init; }

    public required string Severity { get; init; }

    public required string Cluster { get; init; }

    public required IReadOnlyList<string> Nodes { get; init; }

    public string? GroupBy { get; init; }

    public string? Group { get; init; }

    public required DateTimeOffset StartsAt { get; init; }

    public DateTimeOffset? EndsAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public required string Message { get; init; }

    public bool IsFlapping { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public required IReadOnlyList<FindingDocument> Findings { get; init; }

    public static AlertDocument Of(NodeAlert alert) =>
        new()
        {
            Id = alert.TransitionId,
            AlertId = alert.Id,
            Sequence = alert.Sequence,
            Transition = alert.Transition,
            Status = alert.Status,
            Cause = alert.Cause,
            Severity = alert.Severity,
            Cluster = alert.Cluster,
            Nodes = alert.Nodes,
            GroupBy = alert.GroupBy.Length > 0 ? alert.GroupBy : null,
            Group = alert.Group.Length > 0 ? alert.Group : null,
            StartsAt = alert.StartsAt,
            EndsAt = alert.EndsAt,
            UpdatedAt = alert.UpdatedAt,
            Message = alert.Message,
            IsFlapping = alert.IsFlapping,
            Labels = alert.Labels,
            Findings = [.. alert.Findings.Select(FindingDocument.Of)],
        };

    /// <summary>Restores the alert in a session.</summary>
    public NodeAlert ToAlert(NodeManagerSession? session) =>
        new()
        {
            Session = session,
            Cluster = Cluster,
            Id = AlertId,
            Sequence = Sequence,
            Transition = Transition,
            Status = Status,
            Cause = Cause,
            Severity = Severity,
            Nodes = new([.. Nodes]),
            GroupBy = GroupBy ?? "",
            Group = Group ?? "",
            StartsAt = StartsAt,
            EndsAt = EndsAt,
            UpdatedAt = UpdatedAt,
            Message = Message,
            IsFlapping = IsFlapping,
            Labels = new(Labels),
            Findings = new([.. Findings.Select(finding => finding.ToFinding(session, Cluster))]),
        };

    public byte[] ToUtf8Bytes() => JsonSerializer.SerializeToUtf8Bytes(this, AlertJson.Default.AlertDocument);
}

public sealed record FindingDocument
{
    public required string Node { get; init; }

    public string? NodeUid { get; init; }

    public string? Zone { get; init; }

    public required string Cause { get; init; }

    public required string Severity { get; init; }

    public required string Message { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset ObservedAt { get; init; }

    public IReadOnlyList<EvidenceDocument> Evidence { get; init; } = [];

    public static FindingDocument Of(NodeFinding finding) =>
        new()
        {
            Node = finding.Node,
            NodeUid = finding.NodeUid,
            Zone = finding.Zone,
            Cause = finding.Cause,
            Severity = finding.Severity,
            Message = finding.Message,
            Since = finding.Since,
            ObservedAt = finding.ObservedAt,
            Evidence = [.. finding.Evidence.Select(static one => new EvidenceDocument(one.Kind, one.Name, one.Message, one.At))],
        };

    public NodeFinding ToFinding(NodeManagerSession? session, string cluster) =>
        new()
        {
            Session = session,
            Cluster = cluster,
            Node = Node,
            NodeUid = NodeUid ?? "",
            Zone = Zone ?? "",
            Cause = Cause,
            Severity = Severity,
            Message = Message,
            Since = Since,
            ObservedAt = ObservedAt,
            Evidence = new([
                .. Evidence.Select(static one => new NodeEvidence
                {
                    Kind = one.Kind,
                    Name = one.Name,
                    Message = one.Message,
                    At = one.At,
                }),
            ]),
        };
}

public sealed record EvidenceDocument(string Kind, string Name, string Message, DateTimeOffset? At);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(AlertDocument))]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class AlertJson : JsonSerializerContext;

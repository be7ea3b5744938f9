namespace NodeManager.Core.Alerts;

/// <summary>Copies of alerts that differ in their status.</summary>
internal static class AlertCopies
{
    public static NodeAlert Unobserved(NodeAlert alert, DateTimeOffset now) => new()
    {
        Session = alert.Session,
        Cluster = alert.Cluster,
        Id = alert.Id,
        Sequence = alert.Sequence,
        Transition = alert.Transition,
        Status = NodeAlertStatus.Unobserved,
        Cause = alert.Cause,
        Severity = alert.Severity,
        Nodes = alert.Nodes,
        GroupBy = alert.GroupBy,
        Group = alert.Group,
        StartsAt = alert.StartsAt,
        EndsAt = null,
        UpdatedAt = now,
        Message = alert.Message,
        IsFlapping = alert.IsFlapping,
        Labels = alert.Labels,
        Findings = alert.Findings,
    };
}

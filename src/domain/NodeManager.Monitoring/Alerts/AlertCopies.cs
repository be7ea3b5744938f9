namespace NodeManager.Monitoring.Alerts;

internal static class AlertCopies
{
    /// <summary>The alert after its monitor ended.</summary>
    public static NodeAlert Unobserved(NodeAlert alert, DateTimeOffset now) => Of(alert, NodeAlertStatus.Unobserved, now, now);

    /// <summary>The alert as listed: its cause has lasted until now.</summary>
    public static NodeAlert Observed(NodeAlert alert, DateTimeOffset now) => Of(alert, alert.Status, alert.UpdatedAt, now);

    private static NodeAlert Of(NodeAlert alert, string status, DateTimeOffset updatedAt, DateTimeOffset observedAt) =>
        new()
        {
            Session = alert.Session,
            Cluster = alert.Cluster,
            Id = alert.Id,
            Sequence = alert.Sequence,
            Transition = alert.Transition,
            Status = status,
            Cause = alert.Cause,
            Severity = alert.Severity,
            Nodes = alert.Nodes,
            GroupBy = alert.GroupBy,
            Group = alert.Group,
            StartsAt = alert.StartsAt,
            EndsAt = alert.EndsAt,
            UpdatedAt = updatedAt,
            ObservedAt = observedAt,
            Message = alert.Message,
            IsFlapping = alert.IsFlapping,
            Silence = alert.Silence,
            IsWithheld = alert.IsWithheld,
            Labels = alert.Labels,
            Findings = alert.Findings,
        };
}

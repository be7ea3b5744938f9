namespace NodeManager.Monitoring.Alerts.Incidents;

/// <summary>An alert that a former process left open.</summary>
/// <param name="Alert">As last reported.</param>
/// <param name="Group">Which nodes may join.</param>
/// <param name="LastEvidence">When the evidence of the member that joined last was seen.</param>
/// <param name="Target">Of an alert about the monitor: what it concerns.</param>
internal sealed record RestoredAlert(NodeAlert Alert, NodeGroup Group, DateTimeOffset LastEvidence, string Target);

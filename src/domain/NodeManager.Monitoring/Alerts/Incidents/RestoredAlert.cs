namespace NodeManager.Monitoring.Alerts.Incidents;

/// <summary>An alert that an earlier process left open.</summary>
/// <param name="Group">The nodes that may join.</param>
/// <param name="LastEvidence">When the last member's evidence was observed.</param>
/// <param name="Target">For an alert about the monitor: its subject.</param>
/// <param name="IsWithheld">True if no sink has received it, because of a silence.</param>
internal sealed record RestoredAlert(NodeAlert Alert, NodeGroup Group, DateTimeOffset LastEvidence, string Target, bool IsWithheld = false);

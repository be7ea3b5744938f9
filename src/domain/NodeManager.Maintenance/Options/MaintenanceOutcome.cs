namespace NodeManager.Maintenance.Options;

/// <param name="Failure">The error that ended it early, other than a node's failure or an interrupt; null without one.</param>
public sealed record MaintenanceOutcome(NodeMaintenanceRun Run, NodeManagerException? Failure);

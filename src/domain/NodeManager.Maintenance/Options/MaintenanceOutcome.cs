namespace NodeManager.Maintenance.Options;

/// <summary>How a maintenance ended.</summary>
/// <param name="Run">The run with all of its nodes.</param>
/// <param name="Failure">What ended it before its time, other than a node's failure or an interrupt; null when nothing did.</param>
public sealed record MaintenanceOutcome(NodeMaintenanceRun Run, NodeManagerException? Failure);

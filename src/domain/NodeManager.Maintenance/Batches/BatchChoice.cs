namespace NodeManager.Maintenance.Batches;

/// <summary>The next batch of nodes; or none, and the reason for the wait.</summary>
public sealed record BatchChoice(IReadOnlyList<MaintenanceCandidate> Nodes, string WaitsFor);

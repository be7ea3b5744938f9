namespace NodeManager.Maintenance.Batches;

/// <summary>The nodes that go next; or none, and what is waited for.</summary>
public sealed record BatchChoice(IReadOnlyList<MaintenanceCandidate> Nodes, string WaitsFor);

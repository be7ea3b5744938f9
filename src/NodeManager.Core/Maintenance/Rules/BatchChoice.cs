namespace NodeManager.Core.Maintenance.Rules;

/// <summary>The nodes that go next; or none, and what is waited for.</summary>
public sealed record BatchChoice(IReadOnlyList<MaintenanceCandidate> Nodes, string WaitsFor);

namespace NodeManager.Drains.Planning;

/// <summary>A pod that a PDB permanently blocks, and the Deployment that could be restarted for it.</summary>
/// <param name="Deployment">Null if the pod has none.</param>
/// <param name="Refusal">Null if it may be restarted.</param>
public sealed record SurgeCandidate(Deployment? Deployment, string? Refusal);

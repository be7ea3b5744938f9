using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Planning;

/// <summary>A pod that a PDB permanently blocks, and the Deployment that could be restarted for it.</summary>
/// <param name="Deployment">As it is now; null when the pod is none's.</param>
/// <param name="Refusal">Why not; null when it may be restarted.</param>
public sealed record SurgeCandidate(Deployment? Deployment, string? Refusal);

namespace NodeManager.Maintenance.Batches;

/// <summary>A PodDisruptionBudget as batches see it.</summary>
/// <param name="Name"><c>namespace/name</c>.</param>
/// <param name="MayMiss">How many of its pods may be missing while none of them is replaced.</param>
public sealed record LeavingBudget(string Name, int MayMiss);

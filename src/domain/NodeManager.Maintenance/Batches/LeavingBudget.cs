namespace NodeManager.Maintenance.Batches;

/// <summary>A PodDisruptionBudget of pods to evict.</summary>
/// <param name="Name"><c>namespace/name</c>.</param>
/// <param name="MayMiss">How many of its pods may be missing while none of them is replaced.</param>
public sealed record LeavingBudget(string Name, int MayMiss);

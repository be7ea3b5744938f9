namespace NodeManager.Drains.Decisions;

/// <summary>When a pod may be deleted although its budget refuses (<c>-OverrideBudgetAfter</c>): never more than one pod of a workload is missing for it. Pure.</summary>
internal static class OverrideRules
{
    /// <summary>True when the pod may be deleted now.</summary>
    /// <param name="isReady">Whether the pod is ready; deleting an unready pod reduces no availability.</param>
    /// <param name="ready">How many pods of its workload are ready, without those that were deleted before.</param>
    /// <param name="wanted">The desired replicas of the workload.</param>
    /// <param name="isComing">True when pods of the workload are starting, or still have to be created.</param>
    /// <param name="before">How many were ready before the first one was deleted; null when none was.</param>
    public static bool MayDelete(bool isReady, int ready, int wanted, bool isComing, int? before)
    {
        if (!isReady)
            return true;
        return before is { } floor ? ready >= Math.Min(floor, wanted) : ready >= wanted || !isComing;
    }
}

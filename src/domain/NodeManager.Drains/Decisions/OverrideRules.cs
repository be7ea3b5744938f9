namespace NodeManager.Drains.Decisions;

/// <summary>
/// Whether a pod may be deleted although its budget refuses (<c>-OverrideBudgetAfter</c>): at most one pod of a workload is missing for it.
/// </summary>
internal static class OverrideRules
{
    /// <param name="isReady">True if the pod is ready; deleting an unready pod reduces no availability.</param>
    /// <param name="ready">Ready pods of the workload, without those deleted before.</param>
    /// <param name="wanted">The desired replicas of the workload.</param>
    /// <param name="isComing">True if pods of the workload are starting or not created yet.</param>
    /// <param name="before">Ready pods before the first deletion; null if none was deleted.</param>
    public static bool MayDelete(bool isReady, int ready, int wanted, bool isComing, int? before)
    {
        if (!isReady)
            return true;
        return before is { } floor ? ready >= Math.Min(floor, wanted) : ready >= wanted || !isComing;
    }
}

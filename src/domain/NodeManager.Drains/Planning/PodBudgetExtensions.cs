namespace NodeManager.Drains.Planning;

internal static class PodBudgetExtensions
{
    /// <summary>The budget with its outlook for several pods of a plan.</summary>
    public static PodBudget For(this PodBudget budget, int leaving, string outlook, string reason, string remedy) =>
        new()
        {
            Namespace = budget.Namespace,
            Name = budget.Name,
            MinAvailable = budget.MinAvailable,
            MaxUnavailable = budget.MaxUnavailable,
            Selector = budget.Selector,
            DisruptionsAllowed = budget.DisruptionsAllowed,
            CurrentHealthy = budget.CurrentHealthy,
            DesiredHealthy = budget.DesiredHealthy,
            ExpectedPods = budget.ExpectedPods,
            UnhealthyPodEvictionPolicy = budget.UnhealthyPodEvictionPolicy,
            StatusStale = budget.StatusStale,
            UnhealthyPods = budget.UnhealthyPods,
            Leaving = leaving,
            Outlook = outlook,
            OutlookReason = reason,
            Remedy = remedy,
            ControllerFault = budget.ControllerFault,
        };
}

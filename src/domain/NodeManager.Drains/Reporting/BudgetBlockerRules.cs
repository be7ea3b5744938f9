using NodeManager.Drains.Planning;
using NodeManager.Drains.Progress;

namespace NodeManager.Drains.Reporting;

/// <summary>Reports requirement, state and remedy of a PDB that blocked pods until the end.</summary>
internal static class BudgetBlockerRules
{
    /// <param name="title"><c>namespace/name</c> of the budget.</param>
    public static NodeDrainBlocker Of(string title, IReadOnlyList<PodRecord> held, PodBudget? budget)
    {
        PodRecord? several = held.FirstOrDefault(r => r.BlockedBy.Count > 1);
        if (several is not null && budget is not null)
            budget = SeveralBudgets.Apply(budget, several.BlockedBy);
        return new()
        {
            Kind = budget is { ControllerFault.Length: > 0 } ? "DisruptionController" : "Budget",
            Name = title,
            Message = budget is null ? (several ?? held[0]).Reason : TextOf(budget),
            Pods = new([.. held.Select(r => r.Title).Order(StringComparer.Ordinal)]),
            Outlook = budget?.Outlook ?? "",
            Selector = budget?.Selector ?? "",
            UnhealthyPods = budget?.UnhealthyPods ?? ItemList<UnhealthyPod>.Empty,
            Remedy = budget?.Remedy ?? "",
        };
    }

    private static string TextOf(PodBudget budget)
    {
        string selector = budget.Selector.Length == 0 ? "all pods of the namespace" : budget.Selector;
        string outlook = budget.Outlook switch
        {
            BudgetOutlook.Never => $"; blocked: {budget.OutlookReason}",
            BudgetOutlook.Slow => $"; waiting: {budget.OutlookReason}",
            _ => "",
        };
        return $"{budget.Summary} (selector {selector}){outlook}";
    }
}

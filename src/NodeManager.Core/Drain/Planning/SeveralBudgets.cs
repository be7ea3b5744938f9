namespace NodeManager.Core.Drain.Planning;

/// <summary>Pods that more than one budget covers, in words. The server evicts none of them, whatever the budgets allow.</summary>
internal static class SeveralBudgets
{
    /// <summary>What is said of such a pod.</summary>
    public static string OfPod(IReadOnlyCollection<string> budgets) =>
        $"{budgets.Count} budgets cover it ({string.Join(", ", budgets)}); the server evicts no pod that has more than one.";

    /// <summary>The budget as it is for such a pod: it never allows.</summary>
    /// <param name="budget">One of them.</param>
    /// <param name="budgets">All of them, as <c>namespace/name</c>.</param>
    public static PodBudget Apply(PodBudget budget, IReadOnlyCollection<string> budgets)
    {
        string names = string.Join(", ", budgets.Order(StringComparer.Ordinal));
        return budget.For(
            budget.Leaving, BudgetOutlook.Never, $"{budgets.Count} budgets cover the same pods ({names}), and the server evicts no pod that has more than one",
            "Leave one budget over these pods: delete the others, or narrow their selectors.");
    }
}

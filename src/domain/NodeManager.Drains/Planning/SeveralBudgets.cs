namespace NodeManager.Drains.Planning;

/// <summary>Pods that more than one budget covers, in words. The server evicts none of them, whatever the budgets allow.</summary>
internal static class SeveralBudgets
{
    /// <summary>What is said of such a pod.</summary>
    public static string OfPod(IReadOnlyCollection<string> budgets) =>
        $"{budgets.Count} PDBs select the pod ({string.Join(", ", budgets)}); the API server evicts only pods with one PDB.";

    /// <summary>The budget as it is for such a pod: it never allows.</summary>
    /// <param name="budget">One of them.</param>
    /// <param name="budgets">All of them, as <c>namespace/name</c>.</param>
    public static PodBudget Apply(PodBudget budget, IReadOnlyCollection<string> budgets)
    {
        string names = string.Join(", ", budgets.Order(StringComparer.Ordinal));
        return budget.For(
            budget.Leaving,
            BudgetOutlook.Never,
            $"{budgets.Count} PDBs select the same pods ({names}), and the API server evicts only pods with one PDB",
            "Keep one PDB for these pods: delete the others, or narrow their selectors."
        );
    }
}

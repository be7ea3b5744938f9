namespace NodeManager.Drains.Planning;

/// <summary>Pods that several budgets cover. The server never evicts them.</summary>
internal static class SeveralBudgets
{
    public static string OfPod(IReadOnlyCollection<string> budgets) =>
        $"{budgets.Count} PDBs select the pod ({string.Join(", ", budgets)}); the API server evicts only pods with one PDB.";

    /// <summary>The budget's outlook for such a pod: it never allows an eviction.</summary>
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

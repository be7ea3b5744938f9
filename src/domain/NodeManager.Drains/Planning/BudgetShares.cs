using NodeManager.Drains.Decisions;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Planning;

/// <summary>All budgets of a plan, each judged for the pods of all its nodes together.</summary>
/// <param name="Budgets">By <c>namespace/name</c>, with the outlook for these pods.</param>
/// <param name="Waiting">UIDs of pods that a PDB allows alone, but not together with earlier pods of the same plan.</param>
public sealed record BudgetShares(IReadOnlyDictionary<string, PodBudget> Budgets, IReadOnlySet<string> Waiting)
{
    /// <param name="plans">All nodes that are drained together.</param>
    /// <param name="budgets">With the outlook for one pod.</param>
    /// <param name="fits">Whether pods fit elsewhere, by UID.</param>
    /// <param name="surging">UIDs of pods that are replaced by a restart of their Deployment, without the budget.</param>
    public static BudgetShares Of(
        IReadOnlyList<PlannedNode> plans,
        IReadOnlyDictionary<string, PodBudget> budgets,
        IReadOnlyDictionary<string, (string Fits, string Reason)> fits,
        IReadOnlySet<string> surging
    )
    {
        List<PlannedPod> asking = [.. plans.SelectMany(p => p.Pods).Where(p => UsesBudget(p) && !surging.Contains(p.Plan.Uid))];
        IReadOnlyDictionary<string, DrainTurn> turns = DrainOrder.Of(
            plans.SelectMany(p => p.Pods).Where(p => p.Plan.Decision == DrainDecision.Evict).Select(p => p.Pod)
        );
        Dictionary<string, PodBudget> shared = new(budgets);
        HashSet<string> waiting = [];
        foreach (IGrouping<string, PlannedPod> group in asking.GroupBy(p => $"{p.Plan.Budgets[0].Namespace}/{p.Plan.Budgets[0].Name}"))
        {
            if (!budgets.TryGetValue(group.Key, out PodBudget? budget))
                continue;
            List<PlannedPod> leaving =
            [
                .. group.OrderBy(p => turns.GetValueOrDefault(p.Plan.Uid)).ThenBy(p => p.Plan.Name, StringComparer.Ordinal),
            ];
            BudgetShare share = BudgetShare.Of(
                budget,
                [.. leaving.Select(p => fits.GetValueOrDefault(p.Plan.Uid, (NodeDrainPodFit.Unknown, "")).Item1)]
            );
            shared[group.Key] = share.Apply(budget);
            waiting.UnionWith(leaving.Skip(share.AtOnce).Where(p => !p.Plan.BlockedByBudget).Select(p => p.Plan.Uid));
        }

        return new(shared, waiting);
    }

    // Pods with several PDBs are never evicted, so they use no allowed disruptions.
    private static bool UsesBudget(PlannedPod pod) =>
        pod.Plan.Decision == DrainDecision.Evict && pod.Plan.Budgets.Count == 1 && pod.Pod.IsReady() && !BudgetRules.Bypasses(pod.Pod);
}

using NodeManager.Core.Progress;
using NodeManager.Drains.Planning;
using NodeManager.Maintenance.Batches;

namespace NodeManager.Maintenance.Planning;

/// <summary>The expected problems of a node's maintenance.</summary>
/// <param name="Obstacles">Why its drain is refused or does not end.</param>
/// <param name="Stranded">Pods that fit on no other node, as <c>namespace/name</c>: they stay Pending until the node is back.</param>
/// <param name="Risks">Why its drain may not end, depending on the scheduler's placement.</param>
internal sealed record NodeForecast(IReadOnlyList<string> Obstacles, IReadOnlyList<string> Stranded, IReadOnlyList<string> Risks)
{
    private static readonly NodeForecast Nothing = new([], [], []);

    public static NodeForecast Of(FleetSurvey survey, string node)
    {
        if (survey.Find(node) is not { } plan || survey.Room is not { } room)
            return Nothing;
        StrandedPods stranded = room.Stranded(node);
        StrandedPods atRisk = room.AtRisk(node);
        List<PlannedPod> evicted =
        [
            .. plan.Pods.Where(p => p.Plan.Decision == DrainDecision.Evict && !survey.Basis.Surging.Contains(p.Plan.Uid)),
        ];
        string[] closed =
        [
            .. evicted
                .Where(p => p.Plan.Budgets.Count == 1)
                .SelectMany(p => p.Plan.Budgets)
                .Select(b => $"{b.Namespace}/{b.Name}")
                .Distinct()
                .Where(b => survey.Budgets.TryGetValue(b, out PodBudget? budget) && budget.Outlook == BudgetOutlook.Never),
        ];
        return new(
            [
                .. plan.Blockers.Select(b => b.Kind == "Pod" ? $"Pod {b.Name}: {b.Message}" : b.Message),
                .. closed.Select(b => Describe(survey.Budgets[b])),
                .. evicted
                    .Where(p => p.Plan is { BlockedByBudget: true, Budgets.Count: > 1 })
                    .Select(p =>
                        $"Pod {p.Plan.Namespace}/{p.Plan.Name} has {p.Plan.Budgets.Count} PodDisruptionBudgets; the API server evicts only pods with one PDB."
                    ),
                .. stranded.Blocking.Where(b => !closed.Contains(b.Name)).Select(b => Describe(b, stranded)),
            ],
            [.. stranded.Pods.Select(p => p.Key)],
            [.. atRisk.Blocking.Where(b => !closed.Contains(b.Name)).Select(b => DescribeRisk(b, atRisk))]
        );
    }

    private static string Describe(PodBudget budget) =>
        $"PDB {budget.Namespace}/{budget.Name} allows no eviction: {budget.OutlookReason}. {budget.Remedy}".TrimEnd();

    private static string DescribeRisk(LeavingBudget budget, StrandedPods atRisk)
    {
        string[] pods = [.. atRisk.Pods.Where(p => p.Budgets.Contains(budget)).Select(p => p.Key)];
        return $"{NameList.Of(pods)} might fit on no other node, depending on where other pods are placed, and PDB {budget.Name} allows {budget.MayMiss} unavailable.";
    }

    private static string Describe(LeavingBudget budget, StrandedPods stranded)
    {
        string[] pods = [.. stranded.Pods.Where(p => p.Budgets.Contains(budget)).Select(p => p.Key)];
        return $"{NameList.Of(pods)} {(pods.Length == 1 ? "fits" : "fit")} on no other node, and PDB {budget.Name} allows {budget.MayMiss} unavailable. "
            + "Free capacity on other nodes, or let the drain override the PDB.";
    }
}

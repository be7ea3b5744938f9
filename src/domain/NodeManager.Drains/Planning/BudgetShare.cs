namespace NodeManager.Drains.Planning;

/// <summary>The outlook of one budget for all pods of a plan together: each eviction reduces the allowance of the next.</summary>
/// <param name="Leaving">The number of such pods on all planned nodes.</param>
/// <param name="AtOnce">How many pods can be evicted now.</param>
/// <param name="InTurns">How many can be evicted later, when as many have become ready elsewhere.</param>
/// <param name="Stranded">
/// How many can never be evicted: the pods before them do not fit elsewhere, so no replacement becomes ready.
/// </param>
public sealed record BudgetShare(int Leaving, int AtOnce, int InTurns, int Stranded)
{
    /// <param name="budget">The budget with its outlook for one pod.</param>
    /// <param name="fits">For each pod to evict: whether it fits elsewhere (see <see cref="NodeDrainPlanPod.FitsElsewhere"/>).</param>
    public static BudgetShare Of(PodBudget budget, IReadOnlyCollection<string> fits)
    {
        int leaving = fits.Count;
        if (budget.Outlook == BudgetOutlook.Never)
            return new(leaving, 0, 0, leaving);
        int atOnce = budget.StatusStale ? 0 : Math.Clamp(budget.DisruptionsAllowed, 0, leaving);
        // The controller does not count pods that become ready.
        if (budget.ControllerFault.Length > 0)
            return new(leaving, atOnce, 0, leaving - atOnce);
        // If the fit is unknown, it is assumed.
        int going = Math.Clamp(Room(budget) + fits.Count(f => f != NodeDrainPodFit.No), atOnce, leaving);
        return new(leaving, atOnce, going - atOnce, leaving - going);
    }

    /// <summary>The budget's outlook for these pods together.</summary>
    public PodBudget Apply(PodBudget budget)
    {
        if (budget.Outlook == BudgetOutlook.Never || Leaving == AtOnce)
            return budget.For(Leaving, budget.Outlook, budget.OutlookReason, budget.Remedy);
        if (budget.ControllerFault.Length > 0)
            return budget.For(
                Leaving,
                BudgetOutlook.Never,
                $"{AtOnce} of {Leaving} pods can be evicted; further evictions need the disruption controller, which does not respond: {budget.ControllerFault}",
                DisruptionControllerRules.Remedy
            );
        List<string> reasons = [AtOnce == 0 ? budget.OutlookReason : $"{AtOnce} of the {Leaving} pods to evict can be evicted now"];
        // If no pod can be evicted now, and all will be, the budget's own reason says that they wait.
        if (InTurns > 0 && (AtOnce > 0 || Stranded > 0))
            reasons.Add($"{InTurns} {(InTurns == 1 ? "waits" : "wait")} until replacements are ready on other nodes");
        if (Stranded == 0)
            return budget.For(Leaving, BudgetOutlook.Slow, string.Join("; ", reasons), budget.Remedy);
        reasons.Add($"{Stranded} of {Leaving} cannot be evicted: the replacements of earlier ones fit on no other node");
        return budget.For(
            Leaving,
            BudgetOutlook.Never,
            string.Join("; ", reasons),
            "Free capacity on other nodes (FitReason of the pods names what is missing), or drain fewer nodes concurrently."
        );
    }

    /// <summary>How many pods may be missing before a replacement is ready; starting pods count as present.</summary>
    public static int Room(PodBudget budget)
    {
        int coming = budget.UnhealthyPods.Count(p => p.Progressing);
        int maximum = budget.ExpectedPods - budget.DesiredHealthy;
        int room = Math.Max(budget.DisruptionsAllowed, Math.Min(maximum, budget.CurrentHealthy + coming - budget.DesiredHealthy));
        return budget.Outlook == BudgetOutlook.Slow ? Math.Max(1, room) : room;
    }
}

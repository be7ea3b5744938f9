namespace NodeManager.Drains.Planning;

internal static class PlanPodExtensions
{
    /// <summary>Adds the results that need the plans of all nodes: the fit elsewhere, the budgets' outlook, and the surge.</summary>
    public static NodeDrainPlanPod With(
        this NodeDrainPlanPod pod,
        string fits,
        string reason,
        IReadOnlyDictionary<string, PodBudget> budgets,
        bool waitsForTurn,
        SurgeCandidate? surge,
        BudgetRefusal? refusal
    ) =>
        new()
        {
            Node = pod.Node,
            Namespace = pod.Namespace,
            Name = pod.Name,
            Uid = pod.Uid,
            Decision = pod.Decision,
            Reason = pod.Reason,
            PermittedBy = pod.PermittedBy,
            Rule = pod.Rule,
            Warnings = LastingRefusal(surge, refusal) is { } lasting ? new([.. pod.Warnings, lasting]) : pod.Warnings,
            Owner = pod.Owner,
            GracePeriodSeconds = pod.GracePeriodSeconds,
            Budgets = new([.. Known(pod, budgets)]),
            BlockedByBudget = pod.BlockedByBudget,
            WaitsForTurn = waitsForTurn,
            Surges = surge is { Refusal: null },
            SurgeRefusal = surge?.Refusal ?? "",
            FitsElsewhere = fits,
            FitReason = reason,
        };

    /// <summary>Why no eviction of the pod can succeed; null if one can, or if the pod is surged instead.</summary>
    public static string? LastingRefusal(SurgeCandidate? surge, BudgetRefusal? refusal) =>
        refusal is { IsLasting: true } && surge is not { Refusal: null } ? refusal.Reason : null;

    private static IEnumerable<PodBudget> Known(NodeDrainPlanPod pod, IReadOnlyDictionary<string, PodBudget> budgets)
    {
        string[] names = [.. pod.Budgets.Select(b => $"{b.Namespace}/{b.Name}")];
        IEnumerable<PodBudget> known = pod.Budgets.Zip(names, (budget, name) => budgets.GetValueOrDefault(name, budget));
        return pod.BlockedByBudget && names.Length > 1 ? known.Select(b => SeveralBudgets.Apply(b, names)) : known;
    }
}

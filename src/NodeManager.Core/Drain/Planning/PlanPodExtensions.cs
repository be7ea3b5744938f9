namespace NodeManager.Core.Drain.Planning;

internal static class PlanPodExtensions
{
    /// <summary>The same with what is known only after all nodes are planned: whether it fits elsewhere, and its budgets' outlook.</summary>
    public static NodeDrainPlanPod With(this NodeDrainPlanPod pod, string fits, string reason, IReadOnlyDictionary<string, PodBudget> budgets) => new()
    {
        Node = pod.Node,
        Namespace = pod.Namespace,
        Name = pod.Name,
        Uid = pod.Uid,
        Decision = pod.Decision,
        Reason = pod.Reason,
        Rule = pod.Rule,
        Warnings = pod.Warnings,
        Owner = pod.Owner,
        GracePeriodSeconds = pod.GracePeriodSeconds,
        Budgets = new([.. pod.Budgets.Select(b => budgets.GetValueOrDefault($"{b.Namespace}/{b.Name}", b))]),
        BlockedByBudget = pod.BlockedByBudget,
        FitsElsewhere = fits,
        FitReason = reason,
    };
}

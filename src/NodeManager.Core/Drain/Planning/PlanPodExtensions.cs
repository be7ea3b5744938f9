namespace NodeManager.Core.Drain.Planning;

internal static class PlanPodExtensions
{
    /// <summary>The same with the answer whether it fits elsewhere, which is known only after all nodes are planned.</summary>
    public static NodeDrainPlanPod WithFit(this NodeDrainPlanPod pod, string fits, string reason) => new()
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
        Budgets = pod.Budgets,
        BlockedByBudget = pod.BlockedByBudget,
        FitsElsewhere = fits,
        FitReason = reason,
    };
}

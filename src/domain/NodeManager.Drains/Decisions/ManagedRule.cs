using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

internal static class ManagedRule
{
    public static RuleVerdict? Judge(Pod pod, RuleContext context) =>
        pod.Controller() is not { } owner ? null
        : pod.IsOfJob() && context.Options.WaitForJob is { } limit && !pod.IsFinished()
            ? new("Managed", DrainDecision.Evict, $"Job '{owner.Name}' gets up to {limit.TotalSeconds:0} s to complete first.")
        : new("Managed", DrainDecision.Evict, $"Managed by {owner.Kind} '{owner.Name}'; a replacement will be created.");
}

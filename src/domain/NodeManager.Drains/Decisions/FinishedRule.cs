using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

/// <summary>A completed pod is removed without further checks: nothing runs, no data is lost, no budget counts it.</summary>
internal static class FinishedRule
{
    public static RuleVerdict? Judge(Pod pod, RuleContext context) =>
        pod.IsFinished() ? new("Finished", DrainDecision.Evict, $"Completed pod ({pod.Status.Phase}).") : null;
}

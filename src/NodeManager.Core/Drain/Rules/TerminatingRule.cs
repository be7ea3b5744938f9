using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Rules;

/// <summary>A pod that goes already is waited for, not evicted again; one that is overdue for longer than the user waits is left behind.</summary>
internal static class TerminatingRule
{
    public static RuleVerdict? Judge(Pod pod, RuleContext context)
    {
        if (pod.Overdue(context.Now) is not { } overdue) return null;
        if (context.Options.SkipWaitForDeleteTimeout is { } timeout && timeout > TimeSpan.Zero && overdue > timeout)
            return new(
                "Terminating", DrainDecision.Skip,
                $"It should have been gone since {pod.Metadata.DeletionTimestamp:u}; -SkipWaitForDeleteTimeout says not to wait.",
                "It is left behind terminating, and may still run.");
        return new("Terminating", DrainDecision.Wait, "It terminates already.");
    }
}

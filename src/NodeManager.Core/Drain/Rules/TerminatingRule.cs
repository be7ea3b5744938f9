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
                $"Terminating pod, overdue since {pod.Metadata.DeletionTimestamp:u}; not waiting for it (-SkipWaitForDeleteTimeout).",
                "It stays on the node terminating, and might still run.");
        return new("Terminating", DrainDecision.Wait, "Already terminating.");
    }
}

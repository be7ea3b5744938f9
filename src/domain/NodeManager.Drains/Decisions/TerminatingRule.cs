namespace NodeManager.Drains.Decisions;

/// <summary>A terminating pod is awaited, not evicted again. If it is overdue for longer than the timeout, it is skipped.</summary>
internal static class TerminatingRule
{
    public static RuleVerdict? Judge(Pod pod, RuleContext context)
    {
        if (pod.Overdue(context.Now) is not { } overdue)
            return null;
        if (context.Options.SkipWaitForDeleteTimeout is { } timeout && timeout > TimeSpan.Zero && overdue > timeout)
            return new(
                "Terminating",
                DrainDecision.Skip,
                $"Terminating pod, overdue since {pod.Metadata.DeletionTimestamp:u}; not waiting for it.",
                "It stays on the node as a terminating pod, and its containers might still run."
            );
        return new("Terminating", DrainDecision.Wait, "Already terminating.");
    }
}

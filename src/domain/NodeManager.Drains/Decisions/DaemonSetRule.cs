using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

/// <summary>
/// Skips DaemonSet-managed pods: the controller ignores the cordon and would recreate them immediately. If the DaemonSet is gone or was
/// recreated under its name, <see cref="UnmanagedRule"/> decides.
/// </summary>
internal static class DaemonSetRule
{
    public static RuleVerdict? Judge(Pod pod, RuleContext context)
    {
        if (pod.IsFinished() || pod.DaemonSetOwner() is not { } owner || pod.IsDaemonSetOrphan(context))
            return null;
        string? warning = context.DaemonSets is null ? $"Cannot read DaemonSet '{owner.Name}'; it might no longer exist." : null;
        return new("DaemonSet", DrainDecision.Skip, $"Managed by DaemonSet '{owner.Name}', which would recreate it on this node.", warning);
    }
}

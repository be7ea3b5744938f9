using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Decisions;

/// <summary>
/// A DaemonSet-managed pod is skipped: its controller ignores the cordon and would recreate it immediately. Where the DaemonSet is gone, or
/// another one has its name, no controller recreates it: <see cref="UnmanagedRule"/> decides.
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

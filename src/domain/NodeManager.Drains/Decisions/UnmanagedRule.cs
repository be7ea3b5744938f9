using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

/// <summary>A pod without a controller, or whose DaemonSet no longer exists: no controller recreates it.</summary>
internal static class UnmanagedRule
{
    public static RuleVerdict? Judge(Pod pod, RuleContext context)
    {
        if (pod.IsFinished())
            return null;
        string why;
        if (pod.IsDaemonSetOrphan(context))
            why = $"DaemonSet '{pod.DaemonSetOwner()!.Name}' no longer exists: no controller will recreate the pod.";
        else if (pod.Controller() is null)
            why = "Unmanaged pod: no controller will recreate it.";
        else
            return null;

        return context.Options.DeleteUnmanagedPods
            ? new("Unmanaged", DrainDecision.Evict, why, why)
            : new("Unmanaged", DrainDecision.Refuse, why, PermittedBy: nameof(NodeDrainPlanOptions.DeleteUnmanagedPod));
    }
}

using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Rules;

/// <summary>A pod without a controller, or with a DaemonSet that is gone: nobody makes it anew elsewhere.</summary>
internal static class UnmanagedRule
{
    public static RuleVerdict? Judge(Pod pod, RuleContext context)
    {
        if (pod.IsFinished()) return null;
        string why;
        if (pod.IsDaemonSetOrphan(context))
            why = $"Its DaemonSet '{pod.DaemonSetOwner()!.Name}' no longer exists";
        else if (pod.Controller() is null)
            why = "No controller owns it";
        else
            return null;

        return context.Options.DeleteUnmanagedPods
            ? new("Unmanaged", DrainDecision.Evict, $"{why}; it may go for good.", $"{why}: nobody makes it anew.")
            : new("Unmanaged", DrainDecision.Refuse, $"{why}: nobody would make it anew. Allow that with -DeleteUnmanagedPod.");
    }
}

using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Rules;

/// <summary>The ordinary pod: its controller makes it anew elsewhere.</summary>
internal static class ManagedRule
{
    public static RuleVerdict? Judge(Pod pod, RuleContext context) =>
        pod.Controller() is not { } owner ? null
        : pod.IsOfJob() && context.Options.WaitForJob is { } limit && !pod.IsFinished()
            ? new("Managed", DrainDecision.Evict, $"Job '{owner.Name}' may end first, within {limit.TotalSeconds:0} s.")
            : new("Managed", DrainDecision.Evict, $"{owner.Kind} '{owner.Name}' makes it anew.");
}

using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Rules;

/// <summary>The ordinary pod: its controller makes it anew elsewhere.</summary>
internal static class ManagedRule
{
    public static RuleVerdict? Judge(Pod pod, RuleContext context) =>
        pod.Controller() is { } owner ? new("Managed", DrainDecision.Evict, $"{owner.Kind} '{owner.Name}' makes it anew.") : null;
}

using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Decisions;

/// <summary>Judges one pod of a node that is drained. Pure.</summary>
/// <returns>Null when the rule has nothing to say about the pod.</returns>
internal delegate RuleVerdict? DrainRule(Pod pod, RuleContext context);

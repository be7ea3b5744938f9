namespace NodeManager.Drains.Decisions;

/// <returns>Null if the rule does not apply to the pod.</returns>
internal delegate RuleVerdict? DrainRule(Pod pod, RuleContext context);

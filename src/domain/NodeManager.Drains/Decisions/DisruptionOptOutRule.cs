using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

/// <summary>Pods that opt out of disruption by autoscalers. A drain is a user's decision, so they are evicted with a warning.</summary>
public static class DisruptionOptOutRule
{
    private static readonly (string Key, string Value)[] Wishes =
    [
        (DisruptionAnnotations.SafeToEvict, "false"),
        (DisruptionAnnotations.DoNotDisrupt, "true"),
    ];

    /// <summary>The pod's annotations against disruption, as <c>key: value</c>.</summary>
    public static string[] OptOutsOf(Pod pod) =>
        pod.Metadata.Annotations is { } annotations
            ? [.. Wishes.Where(w => annotations.GetValueOrDefault(w.Key) == w.Value).Select(w => $"{w.Key}: {w.Value}")]
            : [];

    public static RuleVerdict? Judge(Pod pod, RuleContext context)
    {
        if (pod.IsFinished() || pod.IsTerminating())
            return null;
        string[] wishes = OptOutsOf(pod);
        return wishes.Length == 0
            ? null
            : new(
                "Undisturbed",
                DrainDecision.Evict,
                "An annotation asks that the pod is not disrupted.",
                $"An annotation asks that the pod is not disrupted ({string.Join(", ", wishes)})."
            );
    }
}

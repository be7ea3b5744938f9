using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

/// <summary>A pod that opts out of disruption by autoscalers. A drain is a decision of a user, so the pod is evicted with a warning.</summary>
public static class UndisturbedRule
{
    private static readonly (string Key, string Value)[] Wishes =
    [
        (DisruptionAnnotations.SafeToEvict, "false"),
        (DisruptionAnnotations.DoNotDisrupt, "true"),
    ];

    /// <summary>The annotations by which it asks, as <c>key: value</c>.</summary>
    public static string[] WishesOf(Pod pod) =>
        pod.Metadata.Annotations is { } annotations
            ? [.. Wishes.Where(w => annotations.GetValueOrDefault(w.Key) == w.Value).Select(w => $"{w.Key}: {w.Value}")]
            : [];

    public static RuleVerdict? Judge(Pod pod, RuleContext context)
    {
        if (pod.IsFinished() || pod.IsTerminating())
            return null;
        string[] wishes = WishesOf(pod);
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

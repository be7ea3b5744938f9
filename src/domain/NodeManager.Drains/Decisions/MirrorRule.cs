using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

/// <summary>A mirror pod: the kubelet runs it from a file, so that deleting the API object changes nothing, even if completed.</summary>
internal static class MirrorRule
{
    public static RuleVerdict? Judge(Pod pod, RuleContext context) =>
        pod.IsMirror()
            ? new(
                "Mirror",
                DrainDecision.Skip,
                "Mirror (static) pod: the kubelet runs it from a file on the node; the API cannot evict it."
            )
            : null;
}

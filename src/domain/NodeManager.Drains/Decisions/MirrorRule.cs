using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

/// <summary>A static pod's image in the API: the kubelet runs it from a file, so deleting the image changes nothing, finished or not.</summary>
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

using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Rules;

/// <summary>A static pod's image in the API: the kubelet runs it from a file, so deleting the image changes nothing, finished or not.</summary>
internal static class MirrorRule
{
    private const string Annotation = "kubernetes.io/config.mirror";

    public static RuleVerdict? Judge(Pod pod, RuleContext context) =>
        pod.Metadata.Annotations?.ContainsKey(Annotation) == true
            ? new("Mirror", DrainDecision.Skip, "The kubelet runs it from a file on the node; the API cannot remove it.")
            : null;
}

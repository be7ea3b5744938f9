using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling;

/// <summary>What is asked of a pod again and again.</summary>
public static class PodExtensions
{
    /// <summary>On the API's copies of static pods.</summary>
    public const string MirrorAnnotation = "kubernetes.io/config.mirror";

    /// <summary>Succeeded or Failed: it reserves nothing any more.</summary>
    public static bool IsFinished(this Pod pod) => pod.Status.Phase is "Succeeded" or "Failed";

    /// <summary>The API's copy of a static pod, which a kubelet runs from a file.</summary>
    public static bool IsMirror(this Pod pod) => pod.Metadata.Annotations?.ContainsKey(MirrorAnnotation) == true;

    /// <summary>The owner that manages it, if any.</summary>
    public static OwnerReference? Controller(this KubernetesObject owned) =>
        owned.Metadata.OwnerReferences?.Find(reference => reference.Controller == true);

    /// <summary>What names it in the cluster: <c>namespace/name</c>.</summary>
    public static string Key(this KubernetesObject named) =>
        named.Metadata.Namespace is { Length: > 0 } ns ? $"{ns}/{named.Metadata.Name}" : named.Metadata.Name;
}

namespace NodeManager.Scheduling;

public static class PodExtensions
{
    /// <summary>On the API objects of static pods.</summary>
    public const string MirrorAnnotation = "kubernetes.io/config.mirror";

    /// <summary>Succeeded or Failed: it reserves no resources.</summary>
    public static bool IsFinished(this Pod pod) => pod.Status.Phase is "Succeeded" or "Failed";

    public static bool IsReady(this Pod pod) => pod.Status.Conditions.IsTrue("Ready");

    public static bool IsTerminating(this Pod pod) => pod.Metadata.DeletionTimestamp is not null;

    /// <summary>The API object of a static pod, which a kubelet runs from a file.</summary>
    public static bool IsMirror(this Pod pod) => pod.Metadata.Annotations?.ContainsKey(MirrorAnnotation) == true;

    public static OwnerReference? Controller(this KubernetesObject owned) =>
        owned.Metadata.OwnerReferences?.Find(reference => reference.Controller == true);

    /// <summary><c>namespace/name</c>.</summary>
    public static string Key(this KubernetesObject named) =>
        named.Metadata.Namespace is { Length: > 0 } ns ? $"{ns}/{named.Metadata.Name}" : named.Metadata.Name;
}

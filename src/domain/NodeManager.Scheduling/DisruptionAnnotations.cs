namespace NodeManager.Scheduling;

/// <summary>Annotations of pods and nodes against disruption by autoscalers.</summary>
public static class DisruptionAnnotations
{
    /// <summary>Karpenter: <c>true</c>, or on a pod the time from its start.</summary>
    public const string DoNotDisrupt = "karpenter.sh/do-not-disrupt";

    /// <summary>cluster-autoscaler, on nodes: <c>true</c>.</summary>
    public const string ScaleDownDisabled = "cluster-autoscaler.kubernetes.io/scale-down-disabled";

    /// <summary>cluster-autoscaler, on pods: <c>true</c> or <c>false</c>.</summary>
    public const string SafeToEvict = "cluster-autoscaler.kubernetes.io/safe-to-evict";

    /// <summary>The annotation that keeps a node from being removed by an autoscaler; null without one.</summary>
    public static string? KeepingOf(Node node) =>
        new[] { ScaleDownDisabled, DoNotDisrupt }.FirstOrDefault(key => node.Metadata.Annotations?.GetValueOrDefault(key) == "true");
}

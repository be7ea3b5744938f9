using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

/// <summary>
/// Whether a stuck terminating pod may be force-deleted (grace period 0). A force delete removes the API object whatever the machine does.
/// On an unreachable machine the pod may still run: a StatefulSet would start a second instance, and a volume would be used twice. Source:
/// Kubernetes' non-graceful node shutdown, whose out-of-service taint confirms that the machine is off.
/// </summary>
internal static class ForceRules
{
    private const string OutOfService = "node.kubernetes.io/out-of-service";
    private const string Unreachable = "node.kubernetes.io/unreachable";

    public const string Remedy = $"If the machine is off, add the taint {OutOfService}=nodeshutdown:NoExecute to the node.";

    /// <summary>The reason for a refusal; null if the pod may be force-deleted.</summary>
    /// <param name="node">The current node; null if unknown.</param>
    public static string? Refusal(Pod pod, Node? node)
    {
        if (pod.Metadata.Finalizers is { Count: > 0 } finalizers)
            return $"Finalizers ({string.Join(", ", finalizers)}) block the deletion, also a force-delete.";
        if (!IsUnreachable(node) || node?.Spec.Taints?.Exists(t => t.Key == OutOfService) == true)
            return null;
        if (pod.Controller()?.Kind == "StatefulSet")
            return "Not force-deleted: a StatefulSet manages it, its node is unreachable, and it might still run there when its replacement starts.";
        return pod.Spec.Volumes?.Exists(v => v.PersistentVolumeClaim is not null || v.Ephemeral is not null) == true
            ? "Not force-deleted: it has volumes, its node is unreachable, and it might still write to them."
            : null;
    }

    private static bool IsUnreachable(Node? node) =>
        node?.Status.Conditions.Find("Ready") is not { Status: "True" } || node.Spec.Taints?.Exists(t => t.Key == Unreachable) == true;
}

using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Decisions;

/// <summary>
/// May a pod that is stuck terminating be removed by force (grace period 0)? The API forgets it then whatever its machine does. Where the
/// machine cannot be reached, it may still run and write: a StatefulSet would start its twin, and a volume would be used twice. Pure.
/// Source: Kubernetes' non-graceful node shutdown, which takes the taint below for the word that the machine is off.
/// </summary>
internal static class ForceRules
{
    private const string OutOfService = "node.kubernetes.io/out-of-service";
    private const string Unreachable = "node.kubernetes.io/unreachable";

    /// <summary>What would let a refused pod go.</summary>
    public const string Remedy = $"If the machine is off, add the taint {OutOfService}=nodeshutdown:NoExecute to the node.";

    /// <summary>Why not; null when it may.</summary>
    /// <param name="pod">As it is now.</param>
    /// <param name="node">Its node as it is now; null when it is not known.</param>
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

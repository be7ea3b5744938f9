using NodeManager.Recommendations.Decisions;
using NodeManager.Scheduling;

namespace NodeManager.Autoscaling.Planning.Demand;

/// <summary>
/// The pods of reclaimed nodes as demand: their next machine starts while they are drained. Each is a copy of the running pod, until
/// its controller has created the successor.
/// </summary>
internal static class Replacements
{
    private const string Suffix = "\0replacement";

    /// <param name="node">A node with a notice.</param>
    public static IEnumerable<Pod> Of(NodeState node, int expendableBelow) =>
        node
            .Pods.Select(static one => one.Pod)
            .Where(pod =>
                pod.Metadata.DeletionTimestamp is null
                && pod.Controller() is not null
                && !RemovalRules.StaysWithNode(pod)
                // No machine is known to have its devices.
                && pod.Spec.ResourceClaims is not { Count: > 0 }
                && !PendingPods.IsExpendable(pod, expendableBelow)
            )
            .Select(Copy);

    public static bool IsReplacement(Pod pod) => pod.Metadata.Name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>The key of the pod that is replaced, or of the pod itself.</summary>
    public static string KeyOf(Pod pod) => IsReplacement(pod) ? pod.Key()[..^Suffix.Length] : pod.Key();

    private static Pod Copy(Pod pod) =>
        new()
        {
            Metadata = new()
            {
                Name = pod.Metadata.Name + Suffix,
                Namespace = pod.Metadata.Namespace,
                Labels = pod.Metadata.Labels,
                OwnerReferences = pod.Metadata.OwnerReferences,
            },
            Spec = new()
            {
                // Marks it as a running pod, whose ephemeral volumes are recreated.
                NodeName = pod.Spec.NodeName,
                Priority = pod.Spec.Priority,
                NodeSelector = pod.Spec.NodeSelector,
                Affinity = pod.Spec.Affinity,
                Tolerations = pod.Spec.Tolerations,
                TopologySpreadConstraints = pod.Spec.TopologySpreadConstraints,
                Containers = pod.Spec.Containers,
                InitContainers = pod.Spec.InitContainers,
                Overhead = pod.Spec.Overhead,
                Resources = pod.Spec.Resources,
                Volumes = pod.Spec.Volumes,
            },
        };
}

using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling.Packing;

/// <summary>What about a pod's volumes keeps it from every node, so that no machine would help.</summary>
public static class VolumeObstacle
{
    /// <summary>In the scheduler's words; null: nothing.</summary>
    public static string? Of(Pod pod, ClusterSnapshot snapshot) =>
        pod.Spec.Volumes is null ? null : new VolumeNodeAffinityFilter(pod, snapshot).Obstacle;
}

using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling.Packing;

/// <summary>Volume problems of a pod that exclude every node, so that no machine helps.</summary>
public static class VolumeObstacle
{
    /// <summary>The scheduler's message; null: none.</summary>
    public static string? Of(Pod pod, ClusterSnapshot snapshot) =>
        pod.Spec.Volumes is null
            ? null
            : new VolumeNodeAffinityFilter(pod, snapshot).Obstacle ?? new VolumeRestrictions(pod, snapshot).Obstacle;
}

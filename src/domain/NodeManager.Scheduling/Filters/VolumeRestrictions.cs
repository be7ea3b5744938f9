namespace NodeManager.Scheduling.Filters;

/// <summary>Refuses a pod while another pod uses a claim of it that only one pod may use (ReadWriteOncePod).</summary>
internal sealed class VolumeRestrictions : INodeFilter
{
    // From this minor version on, the scheduler words the reason differently.
    private const int OtherReasonFrom = 33;

    public VolumeRestrictions(Pod pod, ClusterSnapshot snapshot)
    {
        HashSet<string> exclusive =
        [
            .. ClaimsOf(pod).Where(name => IsExclusive(snapshot.Claim(pod.Metadata.Namespace ?? "default", name))),
        ];
        if (exclusive.Count == 0 || !snapshot.Pods.Any(other => Uses(other, pod.Metadata.Namespace, exclusive)))
            return;
        Obstacle =
            snapshot.MinorVersion >= OtherReasonFrom
                ? "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod"
                : "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode";
    }

    /// <summary>The reason against all nodes; null: none.</summary>
    public string? Obstacle { get; }

    // The preemption of the other pod would help.
    public FitResult Evaluate(NodeState node) => Obstacle is null ? FitResult.Fits : FitResult.NotNow(Obstacle);

    private static bool Uses(PodState other, string? ns, HashSet<string> claims) =>
        other.Pod.Metadata.Namespace == ns && ClaimsOf(other.Pod).Any(claims.Contains);

    private static IEnumerable<string> ClaimsOf(Pod pod) =>
        (pod.Spec.Volumes ?? []).Select(static volume => volume.PersistentVolumeClaim?.ClaimName).OfType<string>();

    private static bool IsExclusive(PersistentVolumeClaim? claim) => claim?.Spec.AccessModes?.Contains("ReadWriteOncePod") == true;
}

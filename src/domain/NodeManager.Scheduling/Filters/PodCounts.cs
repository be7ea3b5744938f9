namespace NodeManager.Scheduling.Filters;

/// <summary>The two rules that count pods of the whole cluster, for all pods that these rules treat equally.</summary>
internal sealed class PodCounts
{
    /// <param name="pod">Any of the equal pods.</param>
    /// <param name="snapshot">Without that pod.</param>
    /// <param name="counted">All pods of the snapshot that may be counted.</param>
    public PodCounts(Pod pod, ClusterSnapshot snapshot, SchedulingProfile profile, IReadOnlyCollection<CountedPods> counted)
    {
        Spread = new(pod, snapshot, profile, counted);
        Affinity = new(pod, snapshot, counted);
    }

    public PodTopologySpread Spread { get; }

    public InterPodAffinity Affinity { get; }

    /// <summary>True if the pod changes any of these counts, on any node.</summary>
    public bool Counts(PodState other) => Spread.Counts(other) || Affinity.Counts(other);

    /// <summary>Updates the counts for a pod that was added to a node (1) or removed (-1).</summary>
    public void Count(PodState other, NodeState node, int change)
    {
        Spread.Count(other, node, change);
        Affinity.Count(other, node, change);
    }
}

using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Filters;

/// <summary>The two rules that count pods of the whole cluster, for all pods that are alike in what these rules look at.</summary>
internal sealed class PodCounts
{
    /// <param name="pod">One of the pods that are alike.</param>
    /// <param name="snapshot">Without that pod.</param>
    /// <param name="profile">How pods are spread.</param>
    /// <param name="counted">All pods of the snapshot that such counts may count.</param>
    public PodCounts(Pod pod, ClusterSnapshot snapshot, SchedulingProfile profile, IReadOnlyCollection<CountedPods> counted)
    {
        Spread = new(pod, snapshot, profile, counted);
        Affinity = new(pod, snapshot, counted);
    }

    public PodTopologySpread Spread { get; }

    public InterPodAffinity Affinity { get; }

    /// <summary>Whether counts for that pod look at all pods; else only at those that keep others away.</summary>
    public static bool CountsAllPods(Pod pod) =>
        pod.Spec.TopologySpreadConstraints is { Count: > 0 }
        || pod.Spec.Affinity is { PodAffinity: not null } or { PodAntiAffinity: not null };

    /// <summary>Whether such a pod changes any of these counts, on whichever node it is.</summary>
    public bool Counts(PodState other) => Spread.Counts(other) || Affinity.Counts(other);

    /// <summary>Follows a pod that came to a node (1) or left it (-1).</summary>
    public void Count(PodState other, NodeState node, int change)
    {
        Spread.Count(other, node, change);
        Affinity.Count(other, node, change);
    }
}

using NodeManager.Kubernetes.Models;

namespace NodeManager.Scheduling.Filters;

/// <summary>The two rules that count pods of the whole cluster, for all pods that are alike in what these rules look at.</summary>
internal sealed class PodCounts
{
    /// <param name="pod">One of the pods that are alike.</param>
    /// <param name="snapshot">Without that pod.</param>
    /// <param name="profile">How pods are spread.</param>
    public PodCounts(Pod pod, ClusterSnapshot snapshot, SchedulingProfile profile)
    {
        Namespace = pod.Metadata.Namespace;
        LooksBeyondItsNamespace = PodAffinityMatching.LooksBeyondItsNamespace(pod);
        Spread = new(pod, snapshot, profile);
        Affinity = new(pod, snapshot);
    }

    public string? Namespace { get; }

    public bool LooksBeyondItsNamespace { get; }

    /// <summary>Whether all pods count; else only those that keep others away.</summary>
    public bool CountsAllPods => Spread.HasConstraints || Affinity.HasTerms;

    public PodTopologySpread Spread { get; }

    public InterPodAffinity Affinity { get; }

    /// <summary>Follows a pod that came to a node (1) or left it (-1).</summary>
    public void Count(PodState other, NodeState node, int change)
    {
        Spread.Count(other, node, change);
        Affinity.Count(other, node, change);
    }
}

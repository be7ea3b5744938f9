using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling.Filters;

namespace NodeManager.Scheduling;

/// <summary>
/// The scheduler's rules for one pod: made once, asked for many nodes. Good as long as the snapshot does not change.
/// Where the pod runs now does not matter (spec.nodeName): the question is where it could be placed.
/// Source: the default plugins of kube-scheduler, in their order.
/// </summary>
public sealed class PodFit
{
    private readonly List<INodeFilter> filters;
    private readonly string? unknown;

    public PodFit(Pod pod, ClusterSnapshot snapshot)
    {
        unknown = Unjudged(pod);
        bool isOld = snapshot.MinorVersion <= 20;
        NodeUnschedulable unschedulable = new(pod);
        TaintToleration taints = new(pod, snapshot.MinorVersion);
        NodeAffinityFilter affinity = new(pod, snapshot.MinorVersion);
        NodePorts ports = new(pod);
        NodeResourcesFit resources = new(pod);
        filters = isOld
            ? [unschedulable, resources, ports, affinity, taints]
            : [unschedulable, taints, affinity, ports, resources];
        filters.AddRange([new VolumeNodeAffinityFilter(pod, snapshot), new PodTopologySpread(pod, snapshot), new InterPodAffinity(pod, snapshot)]);
    }

    /// <summary>Whether the pod can be placed on the node, as things are in the snapshot. Take the pod out of it first if it is in there.</summary>
    public static FitResult Evaluate(Pod pod, NodeState node, ClusterSnapshot snapshot) => new PodFit(pod, snapshot).Evaluate(node);

    public FitResult Evaluate(NodeState node)
    {
        List<string>? unjudged = unknown is null ? null : [unknown];
        foreach (INodeFilter filter in filters)
        {
            FitResult result = filter.Evaluate(node);
            if (result.Verdict == FitVerdict.DoesNotFit) return result;
            if (result.Verdict == FitVerdict.Unknown) (unjudged ??= []).AddRange(result.Reasons);
        }
        return unjudged is null ? FitResult.Fits : new(FitVerdict.Unknown, unjudged);
    }

    private static string? Unjudged(Pod pod)
    {
        if (pod.Spec.SchedulerName is { Length: > 0 } name && name != "default-scheduler")
            return $"the scheduler '{name}' has rules of its own";
        if (pod.Spec.SchedulingGates is { Count: > 0 } gates) return $"the scheduling gate '{gates[0].Name}' holds it back";
        if (pod.Spec.ResourceClaims is { Count: > 0 } claims) return $"the devices of resource claim '{claims[0].Name}' are not known";
        return null;
    }
}

using NodeManager.Scheduling.Packing;

namespace NodeManager.Recommendations.Decisions;

/// <summary>Determines which pending pods are demand, and why the others are not.</summary>
public static class PendingPods
{
    /// <summary>The default of cluster-autoscaler: pods with a lower priority are expendable.</summary>
    public const int ExpendableBelow = -10;

    /// <param name="expendableBelow">Pods with a lower priority are no demand.</param>
    public static List<PendingPod> Of(IEnumerable<Pod> pods, ClusterSnapshot snapshot, int expendableBelow = ExpendableBelow) =>
        [
            .. pods.Where(static pod => string.IsNullOrEmpty(pod.Spec.NodeName) && !pod.IsFinished())
                .Select(pod => Judge(pod, snapshot, expendableBelow)),
        ];

    public static bool IsExpendable(Pod pod, int below = ExpendableBelow) => (pod.Spec.Priority ?? 0) < below;

    /// <summary>The end of a sentence about a claim that is not judged.</summary>
    public static string TextOf(PodResourceClaim claim) =>
        claim.Problem.Length > 0
            ? $"ResourceClaim '{claim.Name}', which cannot be planned for: {claim.Problem}."
            : $"ResourceClaim '{claim.Name}'; the autoscaler cannot plan for devices.";

    private static PendingPod Judge(Pod pod, ClusterSnapshot snapshot, int expendableBelow)
    {
        Condition? scheduled = pod.Status.Conditions?.Find(static one => one.Type == "PodScheduled");
        bool isUnschedulable = scheduled is { Status: "False", Reason: "Unschedulable" };
        DateTimeOffset? since = isUnschedulable ? scheduled!.LastTransitionTime ?? pod.Metadata.CreationTimestamp : null;
        PendingPod Ignore(string reason, string message) => new(pod, AutoscalerDecision.Ignore, reason, message, since);

        if (pod.IsTerminating())
            return Ignore(AutoscalerReason.Terminating, "The pod is terminating.");
        if (pod.IsMirror())
            return Ignore(AutoscalerReason.MirrorPod, "Mirror pods belong to the node whose kubelet runs them.");
        if (pod.Controller() is { Kind: "DaemonSet" } owner)
            return Ignore(
                AutoscalerReason.DaemonSetPod,
                $"Managed by DaemonSet '{owner.Name}': its pods follow nodes, nodes do not follow them."
            );
        if (pod.Spec.SchedulingGates is { Count: > 0 } gates)
            return Ignore(AutoscalerReason.SchedulingGate, $"The scheduling gate '{gates[0].Name}' holds the pod back.");
        if (pod.Status.NominatedNodeName is { Length: > 0 } node && snapshot.Node(node) is not null)
        {
            return new(
                pod,
                AutoscalerDecision.Place,
                AutoscalerReason.Nominated,
                $"The scheduler has nominated node '{node}' for the pod (status.nominatedNodeName).",
                since
            )
            {
                Target = node,
            };
        }

        if (IsExpendable(pod, expendableBelow))
            return Ignore(
                AutoscalerReason.Expendable,
                FormattableString.Invariant($"Its priority {pod.Spec.Priority} is below {expendableBelow} (expendablePodsPriorityCutoff).")
            );
        if (!isUnschedulable)
            return Ignore(AutoscalerReason.NotYetJudged, "The scheduler has not reported the pod as unschedulable.");
        if (pod.Spec.ResourceClaims is { Count: > 0 } claims)
        {
            return new(
                pod,
                AutoscalerDecision.Wait,
                AutoscalerReason.ResourceClaims,
                $"The pod requests devices by {TextOf(claims[0])}",
                since
            );
        }

        return VolumeObstacle.Of(pod, snapshot) is { } obstacle
            ? Ignore(AutoscalerReason.VolumeClaim, $"No node would help: {obstacle}.")
            : new(pod, null, "", "", since);
    }
}

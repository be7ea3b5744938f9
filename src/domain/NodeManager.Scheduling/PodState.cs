namespace NodeManager.Scheduling;

/// <summary>A pod on its actual or assumed node.</summary>
public sealed class PodState
{
    internal PodState(Pod pod, string nodeName, PodState? like = null)
    {
        Pod = pod;
        NodeName = nodeName;
        OwnerUid = pod.Controller()?.Uid;
        if (like is not null && RequestsAsMuch(pod, like.Pod))
        {
            (RequestList, AssumedRequests) = (like.RequestList, like.AssumedRequests);
            return;
        }

        RequestList = PodRequests.ListOf(pod);
        AmountList assumed = pod.IsFinished() ? RequestList : PodRequests.ListOf(pod.Spec, pod.Status, PodRequests.Assumed);
        AssumedRequests = assumed.HasSameAmounts(RequestList) ? RequestList : assumed;
    }

    private PodState(PodState original, string nodeName)
    {
        Pod = original.Pod;
        NodeName = nodeName;
        RequestList = original.RequestList;
        AssumedRequests = original.AssumedRequests;
        OwnerUid = original.OwnerUid;
    }

    public Pod Pod { get; }

    public string NodeName { get; }

    public IReadOnlyDictionary<string, decimal> Requests => RequestList;

    internal AmountList RequestList { get; }

    /// <summary>With <see cref="PodRequests.Assumed"/> for missing requests.</summary>
    internal AmountList AssumedRequests { get; }

    internal string? OwnerUid { get; }

    internal PodState On(string nodeName) => new(this, nodeName);

    internal bool HasPodAffinity => Pod.Spec.Affinity is { PodAffinity: not null } or { PodAntiAffinity: not null };

    internal bool HasRequiredAntiAffinity =>
        Pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is { Count: > 0 };

    // Compares references first, because equal pods share parts.
    private static bool RequestsAsMuch(Pod pod, Pod other) =>
        ReferenceEquals(pod.Spec.Containers, other.Spec.Containers)
        && ReferenceEquals(pod.Spec.InitContainers, other.Spec.InitContainers)
        && ReferenceEquals(pod.Spec.Resources, other.Spec.Resources)
        && ReferenceEquals(pod.Spec.Overhead, other.Spec.Overhead)
        && !pod.IsFinished()
        && !other.IsFinished()
        && (HasSameGrants(pod.Status, other.Status) || (!IsGranted(pod.Status) && !IsGranted(other.Status)));

    private static bool HasSameGrants(PodStatus status, PodStatus other) =>
        ReferenceEquals(status.ContainerStatuses, other.ContainerStatuses)
        && ReferenceEquals(status.InitContainerStatuses, other.InitContainerStatuses)
        && ReferenceEquals(status.Conditions, other.Conditions)
        && status.Resize == other.Resize;

    private static bool IsGranted(PodStatus status) =>
        status.ContainerStatuses?.Exists(static one => one.Resources is not null) == true
        || status.InitContainerStatuses?.Exists(static one => one.Resources is not null) == true;
}

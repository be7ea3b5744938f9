using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Controllers.Scheduling;

/// <summary>
/// Copies of bound pods for the scheduler's snapshot with the fields that its rules read. A large cluster has hundreds of thousands, and
/// consecutive ones share parts. Not thread-safe.
/// </summary>
internal sealed class BoundPods
{
    private PodSpec? _latestSpec,
        _sharedSpec;
    private PodStatus? _latestStatus;

    public Pod Copy(Pod pod) =>
        new()
        {
            Metadata = new()
            {
                Name = pod.Metadata.Name,
                Namespace = pod.Metadata.Namespace,
                Uid = pod.Metadata.Uid,
                CreationTimestamp = pod.Metadata.CreationTimestamp,
                DeletionTimestamp = pod.Metadata.DeletionTimestamp,
                Labels = pod.Metadata.Labels,
                Annotations = pod.Metadata.Annotations,
                OwnerReferences = pod.Metadata.OwnerReferences,
            },
            Spec = CopySpec(pod.Spec),
            Status = CopyStatus(pod.Status),
        };

    // The affinity of a daemon pod names its node, and only matters until the pod is bound.
    private PodSpec CopySpec(PodSpec spec)
    {
        if (spec.Affinity is not { NodeAffinity: not null, PodAffinity: null, PodAntiAffinity: null })
            return spec;
        if (_latestSpec is null || !IsOfSameWorkload(spec, _latestSpec))
        {
            _latestSpec = spec;
            _sharedSpec = spec.On(null);
            _sharedSpec.Affinity = null;
        }

        return _sharedSpec!.On(spec.NodeName);
    }

    private static bool IsOfSameWorkload(PodSpec spec, PodSpec other) =>
        ReferenceEquals(spec.Containers, other.Containers)
        && ReferenceEquals(spec.InitContainers, other.InitContainers)
        && ReferenceEquals(spec.Tolerations, other.Tolerations)
        && ReferenceEquals(spec.Volumes, other.Volumes)
        && ReferenceEquals(spec.NodeSelector, other.NodeSelector)
        && ReferenceEquals(spec.TopologySpreadConstraints, other.TopologySpreadConstraints)
        && ReferenceEquals(spec.Overhead, other.Overhead)
        && ReferenceEquals(spec.Resources, other.Resources)
        && ReferenceEquals(spec.ResourceClaims, other.ResourceClaims)
        && spec.Priority == other.Priority
        && spec.PreemptionPolicy == other.PreemptionPolicy;

    private PodStatus CopyStatus(PodStatus status)
    {
        if (_latestStatus is { } latest && IsSame(status, latest))
            return latest;
        return _latestStatus = new()
        {
            Phase = status.Phase,
            NominatedNodeName = status.NominatedNodeName,
            Resize = status.Resize,
            StartTime = status.StartTime,
            Conditions = status.Conditions,
            ContainerStatuses = status.ContainerStatuses,
            InitContainerStatuses = status.InitContainerStatuses,
        };
    }

    private static bool IsSame(PodStatus status, PodStatus other) =>
        ReferenceEquals(status.Conditions, other.Conditions)
        && ReferenceEquals(status.ContainerStatuses, other.ContainerStatuses)
        && ReferenceEquals(status.InitContainerStatuses, other.InitContainerStatuses)
        && status.Phase == other.Phase
        && status.NominatedNodeName == other.NominatedNodeName
        && status.Resize == other.Resize
        && status.StartTime == other.StartTime;
}

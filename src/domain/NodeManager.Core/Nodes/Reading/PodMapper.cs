using NodeManager.Scheduling;

namespace NodeManager.Core.Nodes.Reading;

internal static class PodMapper
{
    public static NodePod Map(Pod pod, NodeManagerSession session, DateTimeOffset observedAt, string nodeUid = "")
    {
        PodStatusText text = PodStatusText.Of(pod);
        OwnerReference? owner = pod.Controller();
        return new()
        {
            Cluster = session.Cluster,
            Session = session,
            Namespace = pod.Metadata.Namespace ?? "",
            Name = pod.Metadata.Name,
            NodeName = pod.Spec.NodeName ?? "",
            NodeUid = nodeUid,
            Phase = pod.Status.Phase ?? "",
            Status = text.Status,
            Ready = pod.IsReady(),
            ReadyContainers = text.ReadyContainers,
            Containers = text.Containers,
            Restarts = text.Restarts,
            OwnerKind = owner?.Kind ?? "",
            OwnerName = owner?.Name ?? "",
            Priority = pod.Spec.Priority ?? 0,
            PriorityClass = pod.Spec.PriorityClassName ?? "",
            QosClass = pod.Status.QosClass ?? "",
            PodIP = pod.Status.PodIP ?? "",
            Requested = PodRequests.Of(pod).ToNodeResources(),
            Labels = pod.Metadata.Labels is { Count: > 0 } labels ? new(labels) : StringMap.Empty,
            CreatedAt = pod.Metadata.CreationTimestamp ?? observedAt,
            ObservedAt = observedAt,
            Uid = pod.Metadata.Uid ?? "",
        };
    }
}

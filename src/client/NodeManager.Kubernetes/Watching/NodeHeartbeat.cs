using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Watching;

/// <summary>
/// Detects heartbeats among changes of nodes: a kubelet writes its status every five minutes, in a large cluster many times a second. Pure.
/// </summary>
public static class NodeHeartbeat
{
    /// <summary>Whether two states of a node differ only in heartbeats and other fields that no reader uses.</summary>
    public static bool IsOnly(Node before, Node now) =>
        before.Metadata.Uid == now.Metadata.Uid
        && before.Metadata.DeletionTimestamp == now.Metadata.DeletionTimestamp
        && before.Spec.Unschedulable == now.Spec.Unschedulable
        && before.Spec.ProviderID == now.Spec.ProviderID
        && AreSame(before.Metadata.Labels, now.Metadata.Labels)
        && AreSame(before.Metadata.Annotations, now.Metadata.Annotations)
        && AreSame(before.Status.Capacity, now.Status.Capacity)
        && AreSame(before.Status.Allocatable, now.Status.Allocatable)
        && AreSame(
            before.Spec.Taints,
            now.Spec.Taints,
            static (one, other) =>
                one.Key == other.Key && one.Value == other.Value && one.Effect == other.Effect && one.TimeAdded == other.TimeAdded
        )
        && AreSame(
            before.Status.Conditions,
            now.Status.Conditions,
            static (one, other) =>
                one.Type == other.Type
                && one.Status == other.Status
                && one.Reason == other.Reason
                && one.Message == other.Message
                && one.LastTransitionTime == other.LastTransitionTime
        )
        && AreSame(before.Status.NodeInfo, now.Status.NodeInfo);

    private static bool AreSame<T>(Dictionary<string, T>? before, Dictionary<string, T>? now)
    {
        if (ReferenceEquals(before, now))
            return true;
        if ((before?.Count ?? 0) != (now?.Count ?? 0))
            return false;
        foreach ((string key, T value) in before ?? [])
            if (!now!.TryGetValue(key, out T? other) || !EqualityComparer<T>.Default.Equals(value, other))
                return false;
        return true;
    }

    private static bool AreSame<T>(List<T>? before, List<T>? now, Func<T, T, bool> areSame)
    {
        if ((before?.Count ?? 0) != (now?.Count ?? 0))
            return false;
        for (int i = 0; i < before?.Count; i++)
            if (!areSame(before[i], now![i]))
                return false;
        return true;
    }

    private static bool AreSame(NodeSystemInfo? before, NodeSystemInfo? now) =>
        before?.KubeletVersion == now?.KubeletVersion
        && before?.BootID == now?.BootID
        && before?.MachineID == now?.MachineID
        && before?.ContainerRuntimeVersion == now?.ContainerRuntimeVersion
        && before?.KernelVersion == now?.KernelVersion;
}

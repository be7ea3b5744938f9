using NodeManager.Kubernetes.Models;

namespace NodeManager.Kubernetes.Watching;

/// <summary>Recognizes node statuses that a kubelet writes only to report that it is alive: every five minutes for each node, many times a second in a large cluster.</summary>
internal static class NodeHeartbeat
{
    /// <summary>True where nothing differs but times of heartbeats and what no reader decides by.</summary>
    /// <param name="before">As the watch told it before.</param>
    /// <param name="after">The same node.</param>
    public static bool IsOnly(Node before, Node after) =>
        before.Metadata.DeletionTimestamp == after.Metadata.DeletionTimestamp
        && before.Spec.Unschedulable == after.Spec.Unschedulable
        && before.Spec.ProviderID == after.Spec.ProviderID
        && AreSame(before.Spec.Taints, after.Spec.Taints, static (one, other) => one.Key == other.Key && one.Value == other.Value && one.Effect == other.Effect)
        && AreSame(before.Metadata.Labels, after.Metadata.Labels)
        && AreSame(before.Metadata.Annotations, after.Metadata.Annotations)
        && AreSame(before.Status.Capacity, after.Status.Capacity)
        && AreSame(before.Status.Allocatable, after.Status.Allocatable)
        && before.Status.NodeInfo?.BootID == after.Status.NodeInfo?.BootID
        && before.Status.NodeInfo?.KubeletVersion == after.Status.NodeInfo?.KubeletVersion
        && AreSame(
            before.Status.Conditions, after.Status.Conditions,
            static (one, other) => one.Type == other.Type && one.Status == other.Status && one.Reason == other.Reason && one.LastTransitionTime == other.LastTransitionTime);

    private static bool AreSame<TItem>(List<TItem>? before, List<TItem>? after, Func<TItem, TItem, bool> isSame)
    {
        if ((before?.Count ?? 0) != (after?.Count ?? 0)) return false;
        for (int index = 0; index < (before?.Count ?? 0); index++)
            if (!isSame(before![index], after![index])) return false;
        return true;
    }

    private static bool AreSame<TValue>(Dictionary<string, TValue>? before, Dictionary<string, TValue>? after)
    {
        if (ReferenceEquals(before, after)) return true;
        if ((before?.Count ?? 0) != (after?.Count ?? 0)) return false;
        foreach ((string key, TValue value) in before ?? [])
            if (!after!.TryGetValue(key, out TValue? other) || !EqualityComparer<TValue>.Default.Equals(value, other)) return false;
        return true;
    }
}

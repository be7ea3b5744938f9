using System.Globalization;

namespace NodeManager.Core.Nodes.Reading;

/// <summary>
/// Describes the differences of two states of a node. Heartbeats are ignored. An absent key and a key with an empty value differ.
/// </summary>
internal static class NodeDifference
{
    public static IReadOnlyList<NodeFieldChange> Between(ClusterNode before, ClusterNode after)
    {
        var changes = new List<NodeFieldChange>();
        void CompareValues(string field, string? was, string? now)
        {
            if (was != now)
                changes.Add(
                    new()
                    {
                        Field = field,
                        Before = was,
                        After = now,
                    }
                );
        }

        // The server omits empty text and empty lists for these.
        void Compare(string field, string was, string now) =>
            CompareValues(field, was.Length > 0 ? was : null, now.Length > 0 ? now : null);

        void CompareMaps(string field, IReadOnlyDictionary<string, string> was, IReadOnlyDictionary<string, string> now)
        {
            foreach (string key in was.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
                CompareValues($"{field}[{key}]", was.GetValueOrDefault(key), now.GetValueOrDefault(key));
        }

        Compare(nameof(ClusterNode.Status), before.Status, after.Status);
        Compare(nameof(ClusterNode.Unschedulable), before.Unschedulable.ToString(), after.Unschedulable.ToString());
        Compare(nameof(ClusterNode.Taints), before.Taints.ToString(), after.Taints.ToString());
        CompareMaps(nameof(ClusterNode.Conditions), Conditions(before), Conditions(after));
        CompareMaps(nameof(ClusterNode.Labels), before.Labels, after.Labels);
        CompareMaps(nameof(ClusterNode.Annotations), before.Annotations, after.Annotations);
        CompareMaps(nameof(ClusterNode.Capacity), Amounts(before.Capacity), Amounts(after.Capacity));
        CompareMaps(nameof(ClusterNode.Allocatable), Amounts(before.Allocatable), Amounts(after.Allocatable));
        Compare(nameof(ClusterNode.Addresses), before.Addresses.ToString(), after.Addresses.ToString());
        Compare(nameof(ClusterNode.KubeletVersion), before.KubeletVersion, after.KubeletVersion);
        Compare(nameof(ClusterNode.ContainerRuntime), before.ContainerRuntime, after.ContainerRuntime);
        Compare(nameof(ClusterNode.OSImage), before.OSImage, after.OSImage);
        Compare(nameof(ClusterNode.KernelVersion), before.KernelVersion, after.KernelVersion);
        Compare(nameof(ClusterNode.BootId), before.BootId, after.BootId);
        Compare(nameof(ClusterNode.ProviderId), before.ProviderId, after.ProviderId);
        Compare(nameof(ClusterNode.PodCidrs), before.PodCidrs.ToString(), after.PodCidrs.ToString());
        return changes;
    }

    private static Dictionary<string, string> Conditions(ClusterNode node)
    {
        var conditions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (NodeCondition condition in node.Conditions)
            conditions[condition.Type] = condition.Reason.Length == 0 ? condition.Status : $"{condition.Status} ({condition.Reason})";
        return conditions;
    }

    private static Dictionary<string, string> Amounts(NodeResources resources) =>
        resources.Entries().Where(e => e.Value != 0).ToDictionary(e => e.Key, e => e.Value.ToString("0.###", CultureInfo.InvariantCulture));
}

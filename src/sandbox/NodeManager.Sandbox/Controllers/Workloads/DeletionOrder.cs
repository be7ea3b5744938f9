using System.Globalization;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Sandbox.Controllers.Workloads;

/// <summary>
/// The order in which a ReplicaSet deletes pods. Source: k8s.io/kubernetes/pkg/controller (ActivePodsWithRanks): unassigned, pending, not
/// ready, low deletion cost, colocated, recently ready, often restarted, new.
/// </summary>
internal static class DeletionOrder
{
    public static IEnumerable<StoredObject> Sort(IReadOnlyCollection<StoredObject> pods)
    {
        Dictionary<string, int> crowd = pods.GroupBy(pod => pod.Field("spec.nodeName"))
            .ToDictionary(group => group.Key, group => group.Count());
        return pods.OrderBy(pod => pod.Field("spec.nodeName").Length > 0)
            .ThenBy(pod =>
                pod.Field("status.phase") switch
                {
                    "Pending" => 0,
                    "Unknown" => 1,
                    _ => 2,
                }
            )
            .ThenBy(pod => pod.As<Pod>().IsReady())
            .ThenBy(pod => Cost(pod.As<Pod>()))
            .ThenByDescending(pod => crowd[pod.Field("spec.nodeName")])
            .ThenByDescending(pod => pod.As<Pod>().ReadySince())
            .ThenByDescending(pod => pod.As<Pod>().Status.ContainerStatuses?.Sum(status => status.RestartCount) ?? 0)
            .ThenByDescending(pod => pod.As<Pod>().Metadata.CreationTimestamp)
            .ThenBy(pod => pod.Name, StringComparer.Ordinal);
    }

    private static int Cost(Pod pod) =>
        int.TryParse(
            pod.Metadata.Annotations?.GetValueOrDefault("controller.kubernetes.io/pod-deletion-cost"),
            CultureInfo.InvariantCulture,
            out int cost
        )
            ? cost
            : 0;
}

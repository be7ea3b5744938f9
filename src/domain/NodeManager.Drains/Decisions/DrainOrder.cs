using NodeManager.Scheduling;

namespace NodeManager.Drains.Decisions;

/// <summary>
/// The order of evictions: lowest priority first, as in the kubelet's graceful shutdown. Among equals, one pod of every owner, then the
/// second of every owner, so that all workloads lose pods evenly.
/// </summary>
public static class DrainOrder
{
    /// <summary>The turns of the pods by UID. Pods of several nodes that are drained together share one order.</summary>
    public static IReadOnlyDictionary<string, DrainTurn> Of(IEnumerable<Pod> pods) =>
        pods.GroupBy(p => (Priority: p.Spec.Priority ?? 0, Owner: p.Controller()?.Uid ?? p.Uid()))
            .SelectMany(owned =>
                owned
                    .OrderBy(p => p.IsReady())
                    .ThenBy(p => p.Metadata.Namespace, StringComparer.Ordinal)
                    .ThenBy(p => p.Metadata.Name, StringComparer.Ordinal)
                    .Select((pod, round) => (Uid: pod.Uid(), Turn: new DrainTurn(owned.Key.Priority, round)))
            )
            .ToDictionary(t => t.Uid, t => t.Turn);
}

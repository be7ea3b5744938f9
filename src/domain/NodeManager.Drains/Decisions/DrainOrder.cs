using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Decisions;

/// <summary>
/// In which order pods leave: by priority, the least important first, as a kubelet does that shuts down; among equals one pod of every
/// owner, then the second of every owner, so that no workload loses all its pods before the others lose any. Pure.
/// </summary>
public static class DrainOrder
{
    /// <summary>The turns of these pods, by UID. Pods of several nodes that go together share them.</summary>
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

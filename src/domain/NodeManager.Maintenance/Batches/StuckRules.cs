using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Maintenance.Batches;

/// <summary>Chooses the node that a batch has to release because the pods that its drains wait for fit only on nodes of the run.</summary>
public static class StuckRules
{
    /// <summary>Null if every pod has a place, or if no released node would provide one.</summary>
    /// <param name="snapshot">The current cluster. The held nodes count as schedulable.</param>
    /// <param name="waiting">Pending pods that the drains wait for.</param>
    /// <param name="draining">Names of the nodes being drained, any of which may be released.</param>
    /// <param name="held">Names of all nodes that the run has cordoned.</param>
    public static ReleasedNode? Choose(
        ClusterSnapshot snapshot,
        IReadOnlyCollection<Pod> waiting,
        IReadOnlyCollection<string> draining,
        IReadOnlySet<string> held
    )
    {
        foreach (NodeState node in snapshot.Nodes.Where(n => held.Contains(n.Name)))
        {
            node.Node.Spec.Unschedulable = null;
            node.Node.Spec.Taints?.RemoveAll(t => t.Key == Tolerations.Unschedulable.Key);
        }

        Dictionary<string, List<string>> homeless = draining.ToDictionary(n => n, _ => new List<string>());
        List<string> elsewhere = [];
        foreach (Pod pod in waiting)
        {
            PodFit fit = new(pod, snapshot);
            List<string> homes = [.. snapshot.Nodes.Where(n => fit.Evaluate(n).Verdict != FitVerdict.DoesNotFit).Select(n => n.Name)];
            if (homes.Count == 0 || !homes.TrueForAll(held.Contains))
                continue;
            string[] own = [.. homes.Where(homeless.ContainsKey)];
            foreach (string node in own)
                homeless[node].Add(pod.Key());
            if (own.Length == 0)
                elsewhere.Add(pod.Key());
        }

        // Most pods first; then the node whose drain has progressed least.
        (string chosen, List<string> pods) = homeless
            .OrderByDescending(h => h.Value.Count)
            .ThenByDescending(h => snapshot.Node(h.Key)?.Pods.Count ?? 0)
            .ThenBy(h => h.Key, StringComparer.Ordinal)
            .Select(h => (h.Key, h.Value))
            .FirstOrDefault(("", []));
        if (chosen.Length == 0 || pods.Count + elsewhere.Count == 0)
            return null;
        return new(chosen, pods.Count > 0 ? pods : elsewhere);
    }
}

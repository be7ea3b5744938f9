using NodeManager.Scheduling.Decisions;

namespace NodeManager.Recommendations.Decisions;

/// <summary>Moves the pods of removed nodes to the other nodes of a snapshot, one node after another. Not thread-safe.</summary>
/// <param name="simulator">Of the snapshot, with pending pods in their places.</param>
/// <param name="targets">Names of the nodes that may receive pods. Removed nodes are taken out.</param>
public sealed class RemovalPlacement(PlacementSimulator simulator, HashSet<string> targets)
{
    private readonly Dictionary<Pod, string> _moved = new(ReferenceEqualityComparer.Instance);

    /// <summary>Moves the pods, or restores them and returns the first pod that fits on no other node.</summary>
    public (Pod Pod, Placement Why)? Move(string node, IReadOnlyList<Pod> pods)
    {
        targets.Remove(node);
        if (pods.Count == 0)
            return null;
        foreach (Pod pod in pods)
            simulator.Remove(pod);
        List<NodeState> others = [.. simulator.Snapshot.Nodes.Where(one => targets.Contains(one.Name))];
        foreach (Pod pod in pods.OrderByDescending(static pod => PodRequests.Of(pod).GetValueOrDefault("cpu")))
        {
            Placement found = simulator.Find(pod, others, takesFirst: true);
            if (found.Node is not { } target)
            {
                Undo(node, pods);
                return (pod, found);
            }

            simulator.Assume(pod, target);
            _moved[pod] = target;
        }

        return null;
    }

    /// <summary>Restores the pods.</summary>
    public void Undo(string node, IReadOnlyList<Pod> pods)
    {
        targets.Add(node);
        foreach (Pod pod in pods)
            simulator.Assume(pod, node);
    }

    /// <summary>The nodes of moved pods.</summary>
    public IEnumerable<string> ReceiversOf(IReadOnlyList<Pod> pods) => pods.Select(pod => _moved[pod]);
}

using NodeManager.Drains.Decisions;
using NodeManager.Scheduling;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Drains.Planning;

/// <summary>
/// Whether the pods of the drained nodes fit elsewhere, with all nodes drained concurrently and every placed pod using room.
/// </summary>
internal static class FitEstimator
{
    /// <summary>With more nodes, a pod takes the first node that fits: the choice of the best one hardly ever matters.</summary>
    public const int MaximumScoredNodes = 200;

    /// <summary>The results by UID, for the pods to evict. The snapshot is unchanged afterwards.</summary>
    public static IReadOnlyDictionary<string, (string Fits, string Reason)> Estimate(IReadOnlyList<PlannedNode> plans, PlanBasis basis)
    {
        List<PlannedPod> leaving =
        [
            .. plans.SelectMany(p => p.Pods).Where(p => p.Plan.Decision is DrainDecision.Evict or DrainDecision.Wait),
        ];
        List<PlannedPod> moving = [.. leaving.Where(p => p.Plan.Decision == DrainDecision.Evict)];
        if (moving.Count == 0)
            return new Dictionary<string, (string, string)>();
        if (basis.Simulator is not { } simulator)
            return moving.ToDictionary(p => p.Pod.Uid(), _ => (NodeDrainPodFit.Unknown, $"Permission denied: {basis.Refusal}"));

        List<Pod> removed = [.. leaving.Select(p => p.Pod).Where(simulator.Remove)];
        HashSet<string> drained = [.. plans.Select(p => p.Name)];
        List<NodeState> others = [.. simulator.Snapshot.Nodes.Where(n => !drained.Contains(n.Name))];
        Dictionary<string, (string Fits, string Reason)> answers = moving.ToDictionary(
            p => p.Pod.Uid(),
            p => Place(p, simulator, others, basis.Options.MeetsNewNodes)
        );
        moving.ForEach(p => simulator.Remove(p.Pod));
        removed.ForEach(p => simulator.Assume(p, p.Spec.NodeName!));
        return answers;
    }

    private static (string Fits, string Reason) Place(
        PlannedPod planned,
        PlacementSimulator simulator,
        List<NodeState> others,
        bool meetsNewNodes
    )
    {
        if (planned.Plan.Rule == "Finished")
            return (NodeDrainPodFit.Unknown, "Completed pod: whether it is recreated depends on its owner.");
        if (planned.Pod.Controller() is null)
            return (NodeDrainPodFit.Unknown, "Unmanaged pod: no controller will recreate it.");

        NodeManager.Scheduling.Decisions.Placement placement = simulator.Find(planned.Pod, others, others.Count > MaximumScoredNodes);
        if (placement.Node is { } node)
            simulator.Assume(planned.Pod, node);
        return placement.Verdict switch
        {
            FitVerdict.Fits => (NodeDrainPodFit.Yes, ""),
            FitVerdict.DoesNotFit when meetsNewNodes => (
                NodeDrainPodFit.Unknown,
                "Fits on none of the present nodes; nodes that are added before the drain are not judged."
            ),
            FitVerdict.DoesNotFit when others.Count == 0 => (NodeDrainPodFit.No, "all nodes are drained together"),
            FitVerdict.DoesNotFit => (NodeDrainPodFit.No, placement.Message),
            _ => (NodeDrainPodFit.Unknown, placement.Message),
        };
    }
}

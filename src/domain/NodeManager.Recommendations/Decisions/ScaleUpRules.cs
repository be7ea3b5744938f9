using NodeManager.Scheduling.Packing;

namespace NodeManager.Recommendations.Decisions;

/// <summary>Determines whether nodes are missing, how many, and of which shape, with the parts of the autoscaler's planner.</summary>
internal static class ScaleUpRules
{
    /// <summary>Without reasons no node is missing. The shares are those with the added nodes.</summary>
    public static (IReadOnlyList<NodeScaleReason> Reasons, IReadOnlyList<NodeScaleAddition> Additions, ThresholdShares After) Judge(
        ScaleSituation situation
    )
    {
        List<NodeScaleReason> reasons = [];
        int current = situation.Nodes.Count,
            minimum = situation.Configuration.MinNodes,
            maximum = situation.Configuration.MaxNodes;
        ClusterSnapshot snapshot = situation.Snapshot.Clone();
        List<PendingPod> pending = PendingPods.Of(situation.Waiting, snapshot);
        foreach (PendingPod nominated in pending.Where(static one => one.Reason == AutoscalerReason.Nominated))
            snapshot.Assume(nominated.Pod, nominated.Target);
        HashSet<string> leaving = situation.Leaving;
        Dictionary<string, RemovalCandidate> shapes = NodeShapes.Of(situation.Nodes.Where(static node => node.IsActive));
        PodPacker packer = new(snapshot, [.. shapes.Values.Select(NodeShapes.Offer)], node => !leaving.Contains(node.Name));
        IReadOnlyList<PackedPod> packed = packer.Pack([.. pending.Where(static one => one.Decision is null).Select(static one => one.Pod)]);
        ThresholdShares shares = situation.Shares(snapshot);
        foreach (PackedMachine machine in packer.Machines)
            shares.Add(machine);
        shares.Place(packed);
        Explain(packed, packer.Machines.Count, reasons);

        bool TryAdd()
        {
            if (shapes.Count == 0 || packer.OpenEmpty(shapes.Keys.First()) is not { } machine)
                return false;
            shares.Add(machine);
            return true;
        }

        bool isLastUseful = Relieve(shares, TryAdd, reasons);
        int needed = isLastUseful ? packer.Machines.Count : packer.Machines.Count - 1;
        if (current + needed < minimum)
            reasons.Add(BelowMinimum(current, minimum));
        while (current + needed < minimum)
        {
            // A machine that relieves no threshold still counts as a node of the minimum.
            if (needed == packer.Machines.Count && !TryAdd())
                break;
            needed++;
        }

        int room = Math.Max(0, maximum - current);
        if (needed > room)
            reasons.Add(AtMaximum(current + needed, maximum));
        List<PackedMachine> added = [.. packer.Machines.Take(Math.Min(needed, room))];
        ThresholdShares after = situation.Shares(snapshot);
        added.ForEach(after.Add);
        after.Place(packed.Where(one => one.Machine is null || added.Contains(one.Machine)));
        return (reasons, NodeShapes.Additions(added, shapes), after);
    }

    // False if the last machine did not help.
    private static bool Relieve(ThresholdShares shares, Func<bool> tryAdd, List<NodeScaleReason> reasons)
    {
        decimal limit = shares.Thresholds.UpAbove;
        List<ThresholdShare> above = [.. shares.Above(limit)];
        reasons.AddRange(above.Select(share => Above(limit, share)));
        if (above.Count == 0 || shares.Relieve(tryAdd))
            return true;
        reasons.Add(
            new()
            {
                Rule = NodeScaleRule.NoShapeFits,
                Resource = above[0].Resource,
                Message = $"DaemonSets alone would use the whole {above[0].Resource} of new nodes like the existing ones.",
            }
        );
        return false;
    }

    private static NodeScaleReason BelowMinimum(int current, int minimum) =>
        new()
        {
            Rule = NodeScaleRule.BelowMinimum,
            Value = current,
            Limit = minimum,
            Message = $"The pool has {Nodes(current)}; minNodes is {minimum}.",
        };

    private static NodeScaleReason AtMaximum(int needed, int maximum) =>
        new()
        {
            Rule = NodeScaleRule.AtMaximum,
            Value = needed,
            Limit = maximum,
            Message = $"{needed} nodes would be needed; maxNodes is {maximum}.",
        };

    private static void Explain(IReadOnlyList<PackedPod> packed, int machines, List<NodeScaleReason> reasons)
    {
        foreach (PackedPod one in packed.Where(static one => one.Node is null && one.Machine is null))
            reasons.Add(
                new()
                {
                    Rule = NodeScaleRule.NoShapeFits,
                    Object = one.Pod.Key(),
                    Message = $"Pod {one.Pod.Key()} is pending and does not fit on a new node like the existing ones.",
                }
            );
        int waiting = packed.Count(static one => one.Node is null);
        if (machines > 0)
            reasons.Add(
                new()
                {
                    Rule = NodeScaleRule.PendingPods,
                    Value = waiting,
                    Message = $"{Pods(waiting)} no place on the existing nodes; {Nodes(machines)} would take those that fit.",
                }
            );
    }

    private static NodeScaleReason Above(decimal limit, ThresholdShare share) =>
        new()
        {
            Rule = share.Kind == ThresholdShare.Used ? NodeScaleRule.UsageAboveThreshold : NodeScaleRule.RequestsAboveThreshold,
            Resource = share.Resource,
            Value = share.Percent,
            Limit = limit,
            Message = $"{share}; the threshold is {limit:0.#}%.",
        };

    private static string Nodes(int count) => count == 1 ? "1 node" : $"{count} nodes";

    private static string Pods(int count) => count == 1 ? "1 pod has" : $"{count} pods have";
}

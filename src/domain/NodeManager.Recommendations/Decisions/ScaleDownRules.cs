using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;
using NodeManager.Scheduling.Decisions;

namespace NodeManager.Recommendations.Decisions;

/// <summary>
/// Finds nodes to remove, the emptiest first. A node is removed only if its pods fit elsewhere, by the scheduler's rules and scores, in
/// every tried order of eviction, after the removals before it.
/// </summary>
internal static class ScaleDownRules
{
    /// <summary>All nodes, with those to remove first, and the utilization of the others.</summary>
    /// <param name="isHeld">Why no node is removed at all; null if removals are allowed.</param>
    public static (IReadOnlyList<NodeScaleCandidate> Candidates, ThresholdShares Remaining) Judge(
        ScaleSituation situation,
        NodeScaleReason? isHeld
    )
    {
        List<NodeScaleCandidate> going = [],
            staying = [];
        ThresholdShares shares = situation.Shares(situation.Snapshot);
        List<ScaleNode> below = [];
        foreach (ScaleNode node in situation.Nodes)
        {
            if (WhyNotAtAll(node, shares) is { } reason)
                staying.Add(Describe(node, shares, [reason]));
            else
                below.Add(node);
        }

        Dictionary<string, PlannedPod> planned = situation.Nodes.SelectMany(static n => n.Plan.Pods).ToDictionary(static p => p.Plan.Uid);
        RemovalSimulation[] worlds =
            below.Count == 0 || isHeld is not null
                ? []
                :
                [
                    .. RemovalOrder
                        .All(situation.Seed, situation.Snapshot.Nodes.Count)
                        .Select(order => new RemovalSimulation(situation.Snapshot.Clone(), order)),
                ];
        PlannedMoves moves = new(situation);
        foreach (ScaleNode node in RemovalCandidate.Order(below, static n => n.Removal).ThenBy(static n => n.Name, StringComparer.Ordinal))
        {
            NodeScaleReason first = Below(node, shares);
            BudgetObstacle? budgets = situation.Budgets.Find(node.Removal.Moving);
            if ((isHeld ?? Obstacle(node, situation, shares, budgets) ?? moves.Refusal(node)) is { } reason)
            {
                staying.Add(Describe(node, shares, [first, reason], budgets: BlockedBy(situation, budgets)));
                continue;
            }

            (IReadOnlyList<NodeScaleMove>? places, NodeScaleReason result) = TryRemove(node, worlds, planned);
            if (places is null)
            {
                moves.Undo(node);
                staying.Add(Describe(node, shares, [first, result]));
                continue;
            }

            going.Add(Describe(node, shares, [first, result], going.Count + 1, places));
            shares.Remove(node.Removal);
        }

        return ([.. going, .. staying.OrderBy(static n => n.Node, StringComparer.Ordinal)], shares);
    }

    // Empty nodes are removed whatever they use.
    private static NodeScaleReason? WhyNotAtAll(ScaleNode node, ThresholdShares shares)
    {
        if (!node.IsActive)
            return new() { Rule = NodeScaleRule.NotActive, Message = "It is not ready, or cordoned." };
        if (node.Removal.IsEmpty)
            return null;
        if (shares.IsUnmeasured(node.Name))
            return new() { Rule = NodeScaleRule.UsageUnknown, Message = "Its usage is unknown." };
        ScaleThresholds thresholds = shares.Thresholds;
        return shares.NotBelow(node.Removal, thresholds.Before?.Action == NodeScaleAction.ScaleDown) is { } share
            ? new()
            {
                Rule = NodeScaleRule.AboveThreshold,
                Resource = share.Resource,
                Value = share.Percent,
                Limit = thresholds.DownBelow,
                Message = $"{share}; the threshold is {thresholds.DownBelow:0.#}%.",
            }
            : null;
    }

    private static NodeScaleReason Below(ScaleNode node, ThresholdShares shares)
    {
        decimal limit = shares.Thresholds.DownBelow,
            largest = shares.Of(node.Removal).Select(static share => share.Percent).DefaultIfEmpty().Max();
        return new()
        {
            Rule = NodeScaleRule.BelowThreshold,
            Value = largest,
            Limit = limit,
            Message = node.Removal.IsEmpty
                ? "No pod needs the node."
                : $"Its largest share is {largest:0.#}%; the threshold is {limit:0.#}%.",
        };
    }

    private static NodeScaleReason? Obstacle(ScaleNode node, ScaleSituation situation, ThresholdShares shares, BudgetObstacle? budgets)
    {
        int minimum = situation.Configuration.MinNodes;
        if (shares.Staying <= minimum)
            return new()
            {
                Rule = NodeScaleRule.AtMinimum,
                Value = shares.Staying,
                Limit = minimum,
                Message = $"{shares.Staying} nodes are left; minNodes is {minimum}.",
            };
        if (RemovalRules.OfNode(node.Node, situation.Locks.GetValueOrDefault(node.Node.Metadata.Uid ?? "")) is var (_, kept))
            return new() { Rule = NodeScaleRule.Protected, Message = kept };
        foreach (Pod pod in node.Removal.Moving)
        {
            if (RemovalRules.OfPod(pod, situation.Now, situation.Allowed) is not var (reason, message))
                continue;
            return new()
            {
                Rule = reason == AutoscalerReason.DoNotDisrupt ? NodeScaleRule.Protected : NodeScaleRule.DrainRefused,
                Object = pod.Key(),
                Message = message,
            };
        }

        return Blocker(node, budgets) ?? Overfull(node, shares);
    }

    private static NodeScaleReason? Blocker(ScaleNode node, BudgetObstacle? budgets)
    {
        if (node.Plan.Pods.FirstOrDefault(static p => p.Plan.Decision == DrainDecision.Refuse) is { } refused)
            return new()
            {
                Rule = NodeScaleRule.DrainRefused,
                Object = refused.Pod.Key(),
                Message = $"A drain is refused for pod {refused.Pod.Key()}: {refused.Plan.Reason}",
            };
        return budgets is null
            ? null
            : new()
            {
                Rule = NodeScaleRule.BudgetBlocks,
                Object = BudgetRules.Title(budgets.Budgets[0]),
                Message = budgets.Message,
            };
    }

    private static NodeScaleReason? Overfull(ScaleNode node, ThresholdShares shares) =>
        shares.Overfull(node.Removal) is { } full
            ? new()
            {
                Rule = NodeScaleRule.OthersTooFull,
                Resource = full.Resource,
                Value = full.Percent,
                Limit = shares.Thresholds.Comfortable,
                Message = shares.OverfullText(full),
            }
            : null;

    private static IReadOnlyList<PodBudget> BlockedBy(ScaleSituation situation, BudgetObstacle? obstacle) =>
        [
            .. (obstacle?.Budgets ?? []).Select(one =>
                situation.Outlooks.GetValueOrDefault(BudgetRules.Title(one)) ?? BudgetRules.Describe(one)
            ),
        ];

    private static (IReadOnlyList<NodeScaleMove>? Moves, NodeScaleReason Why) TryRemove(
        ScaleNode node,
        RemovalSimulation[] worlds,
        Dictionary<string, PlannedPod> planned
    )
    {
        HashSet<string> staying =
            [.. node.Plan.Pods.Where(static p => p.Plan.Decision == DrainDecision.Skip).Select(static p => p.Plan.Uid)],
            ending = Ending(node);
        List<Dictionary<string, string>> places = [];
        foreach (RemovalSimulation world in worlds)
        {
            (Dictionary<string, string>? found, Pod? stuck, Placement? why) = world.Remove(node.Node, staying, ending);
            if (found is null)
            {
                foreach (RemovalSimulation undone in worlds)
                    undone.Undo();
                string order = places.Count == 0 ? "" : $" in one of {worlds.Length} eviction orders";
                return (null, NotPlaced(stuck!, why!, order));
            }

            places.Add(found);
        }

        foreach (RemovalSimulation world in worlds)
            world.Complete(node.Name);
        NodeScaleMove[] moves =
        [
            .. ending
                .Where(planned.ContainsKey)
                .Select(uid => planned[uid])
                .Where(static p => p.Plan.Decision == DrainDecision.Evict)
                .Concat(places[0].Keys.Where(planned.ContainsKey).Select(uid => planned[uid]))
                .OrderBy(static p => p.Plan.Namespace, StringComparer.Ordinal)
                .ThenBy(static p => p.Plan.Name, StringComparer.Ordinal)
                .Select(p => Move(p, places)),
        ];
        return (
            moves,
            new()
            {
                Rule = NodeScaleRule.PodsFitElsewhere,
                Value = moves.Length,
                Message =
                    moves.Length == 0
                        ? "It has no pods that would move."
                        : $"Its {moves.Length} pods to move fit on other nodes in all {worlds.Length} eviction orders tried.",
            }
        );
    }

    private static NodeScaleReason NotPlaced(Pod pod, Placement why, string order)
    {
        bool isUnknown = why.Verdict == FitVerdict.Unknown;
        return new()
        {
            Rule = isUnknown ? NodeScaleRule.PodNotJudged : NodeScaleRule.PodDoesNotFit,
            Object = pod.Key(),
            Message = $"Pod {pod.Key()} {(isUnknown ? "cannot be judged" : "would fit on no other node")}{order}: {why.Message}",
        };
    }

    private static NodeScaleMove Move(PlannedPod pod, List<Dictionary<string, string>> places)
    {
        string to = places[0].GetValueOrDefault(pod.Plan.Uid, "");
        return new()
        {
            Namespace = pod.Plan.Namespace,
            Name = pod.Plan.Name,
            Owner = pod.Plan.Owner,
            To = to,
            OrTo = new([
                .. places
                    .Skip(1)
                    .Select(one => one.GetValueOrDefault(pod.Plan.Uid, to))
                    .Where(other => other != to)
                    .Distinct()
                    .Order(StringComparer.Ordinal),
            ]),
            Budget = pod.Plan.Budgets is [var budget, ..] ? $"{budget.Namespace}/{budget.Name}" : "",
        };
    }

    // UIDs of evicted pods that are not recreated.
    private static HashSet<string> Ending(ScaleNode node) =>
        [
            .. node
                .Plan.Pods.Where(static p =>
                    p.Plan.Decision == DrainDecision.Wait || (p.Plan.Decision == DrainDecision.Evict && p.Pod.Controller() is null)
                )
                .Select(static p => p.Plan.Uid),
        ];

    private static NodeScaleCandidate Describe(
        ScaleNode node,
        ThresholdShares shares,
        IReadOnlyList<NodeScaleReason> reasons,
        int? order = null,
        IReadOnlyList<NodeScaleMove>? moves = null,
        IReadOnlyList<PodBudget>? budgets = null
    )
    {
        List<ThresholdShare> known = [.. shares.Of(node.Removal)];
        decimal? Percent(string resource, string kind) => known.Find(share => share.Resource == resource && share.Kind == kind)?.Percent;
        return new()
        {
            Node = node.Name,
            NodeUid = node.Node.Metadata.Uid ?? "",
            IsRecommended = order is not null,
            Order = order,
            CpuRequestedPercent = Percent("cpu", ThresholdShare.Requested),
            MemoryRequestedPercent = Percent("memory", ThresholdShare.Requested),
            CpuUsedPercent = Percent("cpu", ThresholdShare.Used),
            MemoryUsedPercent = Percent("memory", ThresholdShare.Used),
            Reasons = new([.. reasons]),
            Moves = moves is null ? ItemList<NodeScaleMove>.Empty : new([.. moves]),
            BlockedBy = budgets is null ? ItemList<PodBudget>.Empty : new([.. budgets]),
        };
    }

    /// <summary>The moves of a plan, before other eviction orders are tried.</summary>
    private sealed class PlannedMoves(ScaleSituation situation)
    {
        private readonly ClusterSnapshot _snapshot = situation.Snapshot.Clone();
        private readonly Dictionary<string, IReadOnlyList<Pod>> _moved = new(StringComparer.Ordinal);
        private RemovalPlacement? _placement;

        /// <summary>Moves the pods that are recreated, with those of nodes removed before; or returns why they do not fit.</summary>
        public NodeScaleReason? Refusal(ScaleNode node)
        {
            HashSet<string> leaving = situation.Leaving;
            _placement ??= new(new(_snapshot), [.. _snapshot.Nodes.Select(static one => one.Name).Where(name => !leaving.Contains(name))]);
            HashSet<string> ending = Ending(node);
            IReadOnlyList<Pod> pods = _moved[node.Name] = [
                .. RemovalCandidate.Of(_snapshot.Node(node.Name)!).Moving.Where(pod => !ending.Contains(pod.Uid())),
            ];
            return _placement.Move(node.Name, pods) is var (pod, why)
                ? NotPlaced(pod, RemovalSimulation.WithoutPreemption(why, _snapshot.MinorVersion), "")
                : null;
        }

        public void Undo(ScaleNode node) => _placement!.Undo(node.Name, _moved[node.Name]);
    }
}

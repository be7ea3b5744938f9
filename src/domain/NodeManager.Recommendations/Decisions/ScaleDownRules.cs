using NodeManager.Drains.Decisions;
using NodeManager.Drains.Planning;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Recommendations.Decisions;

/// <summary>
/// Finds nodes to remove, the emptiest first. A node is removed only if its pods fit elsewhere, by the scheduler's rules and scores, in
/// every tried order of eviction, after the removals before it.
/// </summary>
internal static class ScaleDownRules
{
    /// <summary>All nodes, with those to remove first.</summary>
    /// <param name="isHeld">Why no node is removed at all; null if removals are allowed.</param>
    public static IReadOnlyList<NodeScaleCandidate> Judge(ScaleSituation situation, NodeScaleReason? isHeld)
    {
        List<NodeScaleCandidate> going = [],
            staying = [];
        HashSet<string> gone = new(StringComparer.Ordinal);
        List<ScaleNode> empty = [];
        foreach (ScaleNode node in situation.Nodes)
        {
            if (WhyNotAtAll(node, situation) is { } reason)
                staying.Add(Describe(node, [reason]));
            else
                empty.Add(node);
        }

        Dictionary<string, PlannedPod> planned = situation.Nodes.SelectMany(static n => n.Plan.Pods).ToDictionary(static p => p.Plan.Uid);
        RemovalSimulation[] worlds =
            empty.Count == 0 || isHeld is not null
                ? []
                :
                [
                    .. RemovalOrder
                        .All(situation.Seed, situation.Snapshot.Nodes.Count)
                        .Select(order => new RemovalSimulation(situation.Snapshot.Clone(), order)),
                ];
        foreach (
            ScaleNode node in empty
                .OrderBy(static n => n.Fullness)
                .ThenBy(n => Moving(n).Count)
                .ThenBy(static n => n.Name, StringComparer.Ordinal)
        )
        {
            NodeScaleReason below = new()
            {
                Rule = NodeScaleRule.BelowThreshold,
                Value = node.Fullness,
                Limit = situation.DownBelow,
                Message = $"Its largest share is {node.Fullness:0.#}%; the threshold is {situation.DownBelow:0.#}%.",
            };
            IReadOnlyList<PodBudget> budgets = situation.Blocking(node.Plan);
            if ((isHeld ?? Obstacle(node, situation, budgets, gone)) is { } reason)
            {
                staying.Add(Describe(node, [below, reason], budgets: budgets));
                continue;
            }

            (IReadOnlyList<NodeScaleMove>? moves, NodeScaleReason result) = TryRemove(node, worlds, planned);
            if (moves is null)
            {
                staying.Add(Describe(node, [below, result]));
                continue;
            }

            gone.Add(node.Name);
            going.Add(Describe(node, [below, result], going.Count + 1, moves));
        }

        return [.. going, .. staying.OrderBy(static n => n.Node, StringComparer.Ordinal)];
    }

    private static NodeScaleReason? WhyNotAtAll(ScaleNode node, ScaleSituation situation)
    {
        if (!node.IsActive)
            return new() { Rule = NodeScaleRule.NotActive, Message = "It is not ready, or cordoned." };
        if (situation.HasUsage && node.Usage is null or { IsStale: true })
            return new() { Rule = NodeScaleRule.UsageUnknown, Message = "Its usage is unknown." };
        foreach (string resource in UtilizationRules.Resources)
        {
            foreach (
                (decimal? share, string what) in new[]
                {
                    (node.MovablePercent(resource), "requested"),
                    (node.UsedPercent(resource), "used"),
                }
            )
            {
                if (share is { } percent && percent >= situation.DownBelow)
                {
                    return new()
                    {
                        Rule = NodeScaleRule.AboveThreshold,
                        Resource = resource,
                        Value = percent,
                        Limit = situation.DownBelow,
                        Message = $"{percent:0.#}% of {resource} is {what}; the threshold is {situation.DownBelow:0.#}%.",
                    };
                }
            }
        }

        return null;
    }

    private static NodeScaleReason? Obstacle(
        ScaleNode node,
        ScaleSituation situation,
        IReadOnlyList<PodBudget> budgets,
        HashSet<string> gone
    )
    {
        int left = situation.Nodes.Count - gone.Count - 1;
        if (left < situation.Configuration.MinNodes)
            return new()
            {
                Rule = NodeScaleRule.AtMinimum,
                Value = left + 1,
                Limit = situation.Configuration.MinNodes,
                Message = $"{left + 1} nodes are left; minNodes is {situation.Configuration.MinNodes}.",
            };
        return Protection(node) ?? Blocker(node, budgets) ?? Overfull(situation, [.. gone, node.Name]);
    }

    private static NodeScaleReason? Protection(ScaleNode node)
    {
        if (DisruptionAnnotations.KeepingOf(node.Node) is { } annotation)
            return new() { Rule = NodeScaleRule.Protected, Message = $"It has the annotation {annotation}: true." };
        if (
            node.Plan.Pods.FirstOrDefault(static p =>
                p.Plan.Decision == DrainDecision.Evict && DisruptionOptOutRule.OptOutsOf(p.Pod).Length > 0
            ) is
            { } undisturbed
        )
            return new()
            {
                Rule = NodeScaleRule.Protected,
                Object = undisturbed.Pod.Title(),
                Message = $"Pod {undisturbed.Pod.Title()} has the annotation {DisruptionOptOutRule.OptOutsOf(undisturbed.Pod)[0]}.",
            };
        return null;
    }

    private static NodeScaleReason? Blocker(ScaleNode node, IReadOnlyList<PodBudget> budgets)
    {
        if (node.Plan.Pods.FirstOrDefault(static p => p.Plan.Decision == DrainDecision.Refuse) is { } refused)
            return new()
            {
                Rule = NodeScaleRule.DrainRefused,
                Object = refused.Pod.Title(),
                Message = $"A drain is refused for pod {refused.Pod.Title()}: {refused.Plan.Reason}",
            };
        if (budgets is [var budget, ..])
            return new()
            {
                Rule = NodeScaleRule.BudgetBlocks,
                Object = $"{budget.Namespace}/{budget.Name}",
                Message = $"PDB {budget.Namespace}/{budget.Name} allows no eviction: {budget.OutlookReason}.",
            };
        return null;
    }

    private static NodeScaleReason? Overfull(ScaleSituation situation, HashSet<string> gone)
    {
        foreach (string resource in UtilizationRules.Resources)
        {
            (decimal? requested, decimal? used) = UtilizationRules.Without(situation.Active, gone, resource);
            foreach ((decimal? share, string what) in new[] { (requested, "requested"), (used, "used") })
            {
                if (share is { } percent && percent > situation.Comfortable)
                {
                    return new()
                    {
                        Rule = NodeScaleRule.OthersTooFull,
                        Resource = resource,
                        Value = percent,
                        Limit = situation.Comfortable,
                        Message =
                            $"{percent:0.#}% of {resource} of the other nodes would be {what}; {situation.Comfortable:0.#}% is the most that a removal may lead to.",
                    };
                }
            }
        }

        return null;
    }

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
            (Dictionary<string, string>? found, Pod? stuck, NodeManager.Scheduling.Decisions.Placement? why) = world.Remove(
                node.Node,
                staying,
                ending
            );
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

    private static NodeScaleReason NotPlaced(Pod pod, NodeManager.Scheduling.Decisions.Placement why, string order)
    {
        bool isUnknown = why.Verdict == FitVerdict.Unknown;
        return new()
        {
            Rule = isUnknown ? NodeScaleRule.PodNotJudged : NodeScaleRule.PodDoesNotFit,
            Object = pod.Title(),
            Message = $"Pod {pod.Title()} {(isUnknown ? "cannot be judged" : "would fit on no other node")}{order}: {why.Message}",
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

    // Pods that a controller recreates.
    private static List<Pod> Moving(ScaleNode node) =>
        [
            .. node
                .Plan.Pods.Where(static p =>
                    p.Plan.Decision == DrainDecision.Evict && !PodExtensions.IsFinished(p.Pod) && p.Pod.Controller() is not null
                )
                .Select(static p => p.Pod),
        ];

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
        IReadOnlyList<NodeScaleReason> reasons,
        int? order = null,
        IReadOnlyList<NodeScaleMove>? moves = null,
        IReadOnlyList<PodBudget>? budgets = null
    ) =>
        new()
        {
            Node = node.Name,
            NodeUid = node.Node.Metadata.Uid ?? "",
            IsRecommended = order is not null,
            Order = order,
            CpuRequestedPercent = node.MovablePercent("cpu"),
            MemoryRequestedPercent = node.MovablePercent("memory"),
            CpuUsedPercent = node.UsedPercent("cpu"),
            MemoryUsedPercent = node.UsedPercent("memory"),
            Reasons = new([.. reasons]),
            Moves = moves is null ? ItemList<NodeScaleMove>.Empty : new([.. moves]),
            BlockedBy = budgets is null ? ItemList<PodBudget>.Empty : new([.. budgets]),
        };
}

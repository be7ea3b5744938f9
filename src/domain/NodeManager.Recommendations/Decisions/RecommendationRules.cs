namespace NodeManager.Recommendations.Decisions;

internal static class RecommendationRules
{
    public static NodeScaleRecommendation Judge(NodeManagerSession session, ScaleSituation situation)
    {
        NodeManagerConfiguration configuration = situation.Configuration;
        List<NodeScaleReason> reasons = [];
        if (situation.Before?.Action is (NodeScaleAction.ScaleUp or NodeScaleAction.ScaleDown) and var last)
            reasons.Add(Hysteresis(situation, last));
        if (!situation.Nodes.Any(static node => node.IsActive))
            reasons.Add(new() { Rule = NodeScaleRule.NoNodes, Message = "None of the nodes is ready and schedulable." });
        (IReadOnlyList<NodeScaleReason> missing, IReadOnlyList<NodeScaleAddition> additions, ThresholdShares after) = ScaleUpRules.Judge(
            situation
        );
        reasons.AddRange(missing);
        bool needsMore = missing.Count > 0;
        int added = additions.Sum(static one => one.Count);
        NodeScaleReason? isHeld = IsHeld(situation, needsMore);
        (IReadOnlyList<NodeScaleCandidate> candidates, ThresholdShares remaining) = ScaleDownRules.Judge(situation, isHeld);
        ThresholdShares before = situation.Shares(situation.Snapshot);
        int removed = candidates.Count(static one => one.IsRecommended);
        if (isHeld is not null && !needsMore)
            reasons.Add(isHeld);
        if (removed > 0)
            reasons.Add(BelowThreshold(situation, removed));
        else if (!needsMore && isHeld is null)
            reasons.Add(
                new()
                {
                    Rule = NodeScaleRule.WithinThresholds,
                    Message = "No share is above its threshold, and no node below its threshold can be removed.",
                }
            );

        return new()
        {
            Session = session,
            Cluster = session.Cluster,
            ObservedAt = situation.Now,
            Action =
                added > 0 ? NodeScaleAction.ScaleUp
                : removed > 0 ? NodeScaleAction.ScaleDown
                : NodeScaleAction.None,
            Count = added > 0 ? added : removed,
            CurrentNodes = situation.Nodes.Count,
            RecommendedNodes = situation.Nodes.Count + added - removed,
            MinNodes = configuration.MinNodes,
            MaxNodes = configuration.MaxNodes,
            ScaleUpThreshold = configuration.ScaleUpThreshold,
            ScaleDownThreshold = configuration.ScaleDownThreshold,
            IsAutoScalingEnabled = configuration.EnableAutoScaling,
            HasUsage = situation.Usage.Count > 0,
            Utilization = new([.. ThresholdShares.Resources.Select(name => Describe(name, before, added > 0 ? after : remaining))]),
            Reasons = new(reasons),
            Additions = new([.. additions]),
            Candidates = new([.. candidates.Select(c => Of(session, c))]),
        };
    }

    private static NodeScaleReason Hysteresis(ScaleSituation situation, string before)
    {
        bool isUp = before == NodeScaleAction.ScaleUp;
        decimal threshold = isUp ? situation.Thresholds.UpAbove : situation.Thresholds.DownBelow;
        return new()
        {
            Rule = NodeScaleRule.Hysteresis,
            Value = threshold,
            Limit = isUp ? situation.Configuration.ScaleUpThreshold : situation.Configuration.ScaleDownThreshold,
            Message = $"{before} was recommended before: its threshold is {threshold:0.#}% until the shares are clear of it.",
        };
    }

    private static NodeScaleReason BelowThreshold(ScaleSituation situation, int removed) =>
        new()
        {
            Rule = NodeScaleRule.BelowThreshold,
            Value = removed,
            Limit = situation.Thresholds.DownBelow,
            Message =
                $"{removed} of {situation.Nodes.Count} nodes are below {situation.Thresholds.DownBelow:0.#}%, and their pods fit elsewhere.",
        };

    private static NodeScaleReason? IsHeld(ScaleSituation situation, bool needsMore)
    {
        if (needsMore)
            return new() { Rule = NodeScaleRule.Stabilizing, Message = "Nodes are missing, so that none is removed." };
        // Their placement is unknown, and a PDB or an affinity may wait for them.
        int waiting = situation.Waiting.Count(static pod => pod.Spec.SchedulingGates is not { Count: > 0 });
        if (waiting > 0)
            return new()
            {
                Rule = NodeScaleRule.PendingPods,
                Value = waiting,
                Message = $"Pods are pending ({waiting}); no node is removed before they are scheduled.",
            };
        if (situation.Before?.LastScaleUp is not { } last || situation.Now - last >= RecommendationHistory.Stabilization)
            return null;
        TimeSpan pause = RecommendationHistory.Stabilization - (situation.Now - last);
        return new()
        {
            Rule = NodeScaleRule.Stabilizing,
            Message =
                $"Scaling up was recommended {HumanDuration.Format(situation.Now - last)} ago; removals are recommended again in {HumanDuration.Format(pause)}.",
        };
    }

    private static NodeScaleUtilization Describe(string resource, ThresholdShares before, ThresholdShares after) =>
        new()
        {
            Resource = resource,
            RequestedPercent = before.Percent(resource).Requested,
            UsedPercent = before.Percent(resource).Used,
            RequestedPercentAfter = after.Percent(resource).Requested,
            UsedPercentAfter = after.Percent(resource).Used,
        };

    private static NodeScaleCandidate Of(NodeManagerSession session, NodeScaleCandidate candidate) =>
        new()
        {
            Session = session,
            Cluster = session.Cluster,
            Node = candidate.Node,
            NodeUid = candidate.NodeUid,
            IsRecommended = candidate.IsRecommended,
            Order = candidate.Order,
            CpuRequestedPercent = candidate.CpuRequestedPercent,
            MemoryRequestedPercent = candidate.MemoryRequestedPercent,
            CpuUsedPercent = candidate.CpuUsedPercent,
            MemoryUsedPercent = candidate.MemoryUsedPercent,
            Reasons = candidate.Reasons,
            Moves = candidate.Moves,
            BlockedBy = candidate.BlockedBy,
        };
}

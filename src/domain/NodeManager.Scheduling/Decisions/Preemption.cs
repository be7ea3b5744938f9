using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Scheduling.Decisions;

/// <summary>
/// Selects the pods to preempt for a more important pod. Source: "Pod Priority and Preemption" of the Kubernetes documentation, and the
/// default plugin of kube-scheduler: as few as possible, budgets respected if possible, the least important node's pods first.
/// </summary>
public static class Preemption
{
    private const string NotHelpful = "Preemption is not helpful for scheduling";
    private const string NoVictims = "No preemption victims found for incoming pod";
    private const int FewestCandidates = 100;

    /// <summary>The reasons that do not depend on priorities.</summary>
    public static string Outlook(IReadOnlyCollection<FitResult> refusals) =>
        Sentence(refusals.Count, refusals.Select(static refusal => refusal.IsResolvable ? NoVictims : NotHelpful));

    /// <param name="pod">A pod that fits nowhere.</param>
    /// <param name="snapshot">Pods are removed and restored, so it must not be used concurrently.</param>
    /// <param name="refusals">The result of each node.</param>
    /// <param name="budgets">The PodDisruptionBudgets of all namespaces.</param>
    public static PreemptionResult Find(
        Pod pod,
        ClusterSnapshot snapshot,
        IReadOnlyList<(NodeState Node, FitResult Answer)> refusals,
        IReadOnlyCollection<PodDisruptionBudget> budgets
    )
    {
        if (pod.Spec.PreemptionPolicy == "Never")
            return new(null, [], "not eligible due to preemptionPolicy=Never.");
        if (WaitsForVictims(pod, refusals))
            return new(null, [], "not eligible due to a terminating pod on the nominated node.");
        List<PreemptionCandidate> candidates = [];
        List<string> answers = [];
        int wanted = Math.Max(FewestCandidates, refusals.Count / 10);
        foreach ((NodeState node, FitResult answer) in refusals)
        {
            if (!answer.IsResolvable)
            {
                answers.Add(NotHelpful);
                continue;
            }

            if (candidates.Count >= wanted)
                break;
            if (FindVictims(pod, node, snapshot, budgets, answers) is { } candidate)
                candidates.Add(candidate);
        }

        return Best(candidates) is { } best ? new(best.Node.Name, best.Victims, "") : new(null, [], Sentence(refusals.Count, answers));
    }

    // Its earlier victims are still terminating: no further pods are preempted meanwhile.
    private static bool WaitsForVictims(Pod pod, IReadOnlyList<(NodeState Node, FitResult Answer)> refusals)
    {
        if (string.IsNullOrEmpty(pod.Status.NominatedNodeName))
            return false;
        foreach ((NodeState node, FitResult answer) in refusals)
        {
            if (node.Name != pod.Status.NominatedNodeName || !answer.IsResolvable)
                continue;
            return node.Pods.Any(other => other.Pod.IsTerminating() && IsLess(other.Pod, pod));
        }

        return false;
    }

    private static PreemptionCandidate? FindVictims(
        Pod pod,
        NodeState node,
        ClusterSnapshot snapshot,
        IReadOnlyCollection<PodDisruptionBudget> budgets,
        List<string> answers
    )
    {
        // Start times are whole seconds: pods of the same second stay in the order in which they came.
        List<Pod> less =
        [
            .. node
                .Pods.Select(static other => other.Pod)
                .Where(other => IsLess(other, pod))
                .OrderByDescending(static other => other.Spec.Priority ?? 0)
                .ThenBy(static other => other.Status.StartTime ?? DateTimeOffset.MaxValue),
        ];
        if (less.Count == 0)
        {
            answers.Add(NoVictims);
            return null;
        }

        foreach (Pod other in less)
            snapshot.RemovePod(other);
        List<Pod> victims = [];
        int violations = 0;
        try
        {
            FitResult alone = PodFit.Evaluate(pod, node, snapshot);
            if (alone.Verdict != FitVerdict.Fits)
            {
                answers.AddRange(alone.Reasons);
                return null;
            }

            // Pods protected by a budget are spared first, then the more important ones, as long as there is room.
            HashSet<Pod> kept = KeptByBudgets(less, budgets);
            foreach (Pod other in less.OrderByDescending(kept.Contains))
            {
                snapshot.Assume(other, node.Name);
                if (PodFit.Evaluate(pod, node, snapshot).Verdict == FitVerdict.Fits)
                    continue;
                snapshot.RemovePod(other);
                victims.Add(other);
                if (kept.Contains(other))
                    violations++;
            }
        }
        finally
        {
            foreach (Pod other in less)
                snapshot.Assume(other, node.Name);
        }

        return victims.Count == 0 ? null : new(node, [.. less.Where(victims.Contains)], violations);
    }

    private static HashSet<Pod> KeptByBudgets(List<Pod> pods, IReadOnlyCollection<PodDisruptionBudget> budgets)
    {
        HashSet<Pod> kept = [];
        Dictionary<PodDisruptionBudget, int> allowed = budgets.ToDictionary(
            static budget => budget,
            static budget => budget.Status.DisruptionsAllowed
        );
        foreach (Pod pod in pods)
        {
            if (pod.Metadata.Labels is not { Count: > 0 })
                continue;
            foreach (PodDisruptionBudget budget in budgets)
            {
                if (
                    budget.Metadata.Namespace != pod.Metadata.Namespace
                    || IsEmpty(budget.Spec.Selector)
                    || !budget.Spec.Selector.Matches(pod.Metadata.Labels)
                )
                    continue;
                if (budget.Status.DisruptedPods?.ContainsKey(pod.Metadata.Name) == true)
                    continue;
                if (--allowed[budget] < 0)
                    kept.Add(pod);
            }
        }

        return kept;
    }

    private static PreemptionCandidate? Best(List<PreemptionCandidate> candidates) =>
        candidates
            .OrderBy(static one => one.Violations)
            .ThenBy(static one => one.HighestPriority)
            .ThenBy(static one => one.SumOfPriorities)
            .ThenBy(static one => one.Victims.Count)
            .ThenByDescending(static one => one.EarliestStart)
            .ThenBy(static one => one.Node.Name, StringComparer.Ordinal)
            .FirstOrDefault();

    private static bool IsEmpty(LabelSelector? selector) =>
        selector is null or { MatchLabels: null or { Count: 0 }, MatchExpressions: null or { Count: 0 } };

    private static bool IsLess(Pod pod, Pod than) => (pod.Spec.Priority ?? 0) < (than.Spec.Priority ?? 0);

    private static string Sentence(int nodes, IEnumerable<string> answers) =>
        $"0/{nodes} nodes are available: {PodPlacement.Count(answers)}";
}

using NodeManager.Core.Drain.Options;
using NodeManager.Core.Drain.Rules;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain.Planning;

/// <summary>
/// How long a drain will take: the longest grace period, and for the pods of a budget the turns that it forces on them, each as long as
/// their like took to become ready. Pure.
/// </summary>
internal static class DurationEstimator
{
    // What the API server sets where nothing is said.
    private const long DefaultGrace = 30;

    /// <param name="plan">Of the node.</param>
    /// <param name="all">Of all nodes that go together: they share the budgets.</param>
    /// <param name="budgets">With their outlook.</param>
    /// <param name="covered">All pods of the budgets.</param>
    /// <param name="surging">UIDs of pods whose Deployment is restarted instead.</param>
    /// <param name="options">How it is drained.</param>
    /// <param name="now">The cluster's time.</param>
    public static DurationEstimate Estimate(
        PlannedNode plan, IReadOnlyList<PlannedNode> all, IReadOnlyDictionary<string, PodBudget> budgets,
        IReadOnlyDictionary<string, IReadOnlyList<Pod>> covered, IReadOnlySet<string> surging, DrainOptions options, DateTimeOffset now)
    {
        if (plan.Blockers.Count > 0) return new(null, "Something stands in the way: see Blockers.");
        TimeSpan longest = TimeSpan.Zero;
        string basis = "No pod has to go.";
        foreach (PlannedPod pod in plan.Pods)
        {
            TimeSpan own = Own(pod, now);
            if (options.WaitForJob is { } jobs && pod.Plan.Decision == DrainDecision.Evict && pod.Pod.IsOfJob() && !pod.Pod.IsFinished())
                Consider(jobs + own, $"Jobs may run for {jobs.TotalSeconds:0} s more before their pods are evicted.");
            Consider(own, $"Pods may use their whole grace period, the longest {own.TotalSeconds:0} s.");
        }

        if (options.DisableEviction) return new(longest, basis);
        if (Never(plan, budgets, surging) is { } never) return new(null, never, true);
        foreach (string title in plan.Pods.Where(p => surging.Contains(p.Plan.Uid)).SelectMany(Asked).Distinct().Order(StringComparer.Ordinal))
        {
            TimeSpan? usual = Median(title);
            if (usual is null) return new(null, $"How long the restart of what budget {title} covers takes is not known.");
            int replicas = budgets.TryGetValue(title, out PodBudget? held) ? Math.Max(1, held.ExpectedPods) : 1;
            Consider(replicas * usual.Value + longest, $"Up to {replicas} pods of budget {title} are made anew one after another; their like took {usual.Value.TotalSeconds:0} s to become ready.");
        }

        foreach (string title in plan.Pods.Where(p => !surging.Contains(p.Plan.Uid)).SelectMany(Asked).Distinct().Order(StringComparer.Ordinal))
        {
            if (!budgets.TryGetValue(title, out PodBudget? budget)) continue;
            if (budget.StatusStale) return new(null, $"The status of budget {title} lags behind its specification.");
            int leaving = all.Sum(n => n.Pods.Count(p => Asked(p).Contains(title)));
            int atOnce = Math.Max(1, budget.ExpectedPods - budget.DesiredHealthy);
            int turns = (leaving + atOnce - 1) / atOnce;
            TimeSpan? median = Median(title);
            if (turns > 1 && median is null) return new(null, $"How long pods of budget {title} take to become ready is not known.");
            TimeSpan start = median ?? TimeSpan.Zero;
            TimeSpan grace = plan.Pods.Where(p => Asked(p).Contains(title)).Max(p => Own(p, now));
            Consider(
                ((turns - 1) * start) + grace,
                $"Budget {title} lets {leaving} pods go {atOnce} at a time: {turns} turns. Their like took {start.TotalSeconds:0} s to become ready "
                + $"(median); the last may use its whole grace period, {grace.TotalSeconds:0} s.");
        }

        return new(longest, basis);

        TimeSpan? Median(string title)
        {
            List<TimeSpan> starts = [.. covered.GetValueOrDefault(title, []).Select(StartOf).OfType<TimeSpan>().Order()];
            return starts.Count == 0 ? null : starts[starts.Count / 2];
        }

        void Consider(TimeSpan duration, string why)
        {
            if (duration <= longest) return;
            (longest, basis) = (duration, why);
        }
    }

    // Why no eviction of one of the pods can succeed until something changes; null where all can.
    private static string? Never(PlannedNode plan, IReadOnlyDictionary<string, PodBudget> budgets, IReadOnlySet<string> surging)
    {
        List<PlannedPod> asking = [.. plan.Pods.Where(p => !surging.Contains(p.Plan.Uid))];
        if (asking.FirstOrDefault(p => p.Plan.BlockedByBudget && p.Plan.Budgets.Count > 1) is { } several)
            return $"It will not finish until something changes: pod {several.Pod.Title()} has {several.Plan.Budgets.Count} budgets.";
        PodBudget? stuck = asking.SelectMany(Asked).Distinct().Order(StringComparer.Ordinal).Select(budgets.GetValueOrDefault).OfType<PodBudget>()
            .FirstOrDefault(b => b.Outlook == BudgetOutlook.Never);
        return stuck is null ? null : $"It will not finish until something changes: budget {stuck.Namespace}/{stuck.Name}: {stuck.OutlookReason}.";
    }

    // A pod that is not ready, and that its budget does not hold, goes without taking from it.
    private static IEnumerable<string> Asked(PlannedPod pod) =>
        pod.Plan.Decision == DrainDecision.Evict && !BudgetRules.Bypasses(pod.Pod) && (pod.Plan.BlockedByBudget || pod.Pod.IsReady()) ? pod.Plan.Budgets.Select(b => $"{b.Namespace}/{b.Name}") : [];

    private static TimeSpan Own(PlannedPod pod, DateTimeOffset now) => pod.Plan.Decision switch
    {
        DrainDecision.Evict when !pod.Pod.IsFinished() => TimeSpan.FromSeconds(Math.Min(pod.Plan.GracePeriodSeconds ?? DefaultGrace, int.MaxValue)),
        DrainDecision.Wait when pod.Pod.Metadata.DeletionTimestamp > now => pod.Pod.Metadata.DeletionTimestamp.Value - now,
        _ => TimeSpan.Zero,
    };

    // A pod that restarted since tells of something else.
    private static TimeSpan? StartOf(Pod pod)
    {
        DateTimeOffset? ready = pod.Status.Conditions.Find("Ready") is { Status: "True" } condition ? condition.LastTransitionTime : null;
        bool restarted = pod.Status.ContainerStatuses?.Exists(c => c.RestartCount > 0) == true;
        if (restarted || ready - pod.Metadata.CreationTimestamp is not { } took || took < TimeSpan.Zero) return null;
        // The API's times are whole seconds.
        return took < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : took;
    }
}

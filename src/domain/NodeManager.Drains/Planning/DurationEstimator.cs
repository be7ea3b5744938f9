using NodeManager.Drains.Decisions;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Drains.Planning;

/// <summary>
/// How long a drain will take: the longest grace period, and for the pods of a budget the turns that it forces on them, each as long as
/// their like took to become ready. Pure.
/// </summary>
internal sealed class DurationEstimator
{
    // What the API server sets where nothing is said.
    private const long DefaultGrace = 30;

    private readonly PlanBasis _basis;
    private readonly IReadOnlyDictionary<string, PodBudget> _budgets;
    private readonly Dictionary<string, int> _leaving = [];

    /// <param name="together">All nodes that go together: they share the budgets.</param>
    /// <param name="basis">What was read.</param>
    /// <param name="budgets">With their outlook for all pods that leave.</param>
    public DurationEstimator(IReadOnlyList<PlannedNode> together, PlanBasis basis, IReadOnlyDictionary<string, PodBudget> budgets)
    {
        _basis = basis;
        _budgets = budgets;
        foreach (string title in together.SelectMany(n => n.Pods).SelectMany(Asked))
            _leaving[title] = _leaving.GetValueOrDefault(title) + 1;
    }

    public DurationEstimate Estimate(PlannedNode plan)
    {
        if (plan.Blockers.Count > 0)
            return new(null, "The drain is blocked: see Blockers.");
        TimeSpan longest = TimeSpan.Zero;
        string basis = "No pods to evict.";
        foreach (PlannedPod pod in plan.Pods)
        {
            TimeSpan own = Own(pod);
            if (
                _basis.Options.WaitForJob is { } jobs
                && pod.Plan.Decision == DrainDecision.Evict
                && pod.Pod.IsOfJob()
                && !pod.Pod.IsFinished()
            )
                Consider(jobs + own, $"Jobs can run for {jobs.TotalSeconds:0} s more before their pods are evicted.");
            Consider(own, $"Pods can use their whole grace period, at most {own.TotalSeconds:0} s.");
        }

        if (_basis.TroubleOf(plan) is { } trouble && plan.NeedsKubelet && !_basis.Options.LeavesStuckPods)
            return new(null, $"The drain cannot finish: {trouble} {KubeletRules.Remedy}", true);
        if (_basis.Options.DisableEviction)
            return new(longest, basis);
        if (Never(plan) is { } never)
            return new(null, never, true);
        foreach (
            string title in plan
                .Pods.Where(p => _basis.Surging.Contains(p.Plan.Uid))
                .SelectMany(Asked)
                .Distinct()
                .Order(StringComparer.Ordinal)
        )
        {
            TimeSpan? usual = _basis.UsualStart(title);
            if (usual is null)
                return new(null, $"The restart time of the pods of PDB {title} is unknown.");
            int replicas = _budgets.TryGetValue(title, out PodBudget? held) ? Math.Max(1, held.ExpectedPods) : 1;
            Consider(
                replicas * usual.Value + longest,
                $"{(replicas == 1 ? $"1 pod of PDB {title} is recreated" : $"Up to {replicas} pods of PDB {title} are recreated one after another")}; such pods took {usual.Value.TotalSeconds:0} s to become ready."
            );
        }

        foreach (
            string title in plan
                .Pods.Where(p => !_basis.Surging.Contains(p.Plan.Uid))
                .SelectMany(Asked)
                .Distinct()
                .Order(StringComparer.Ordinal)
        )
        {
            if (!_budgets.TryGetValue(title, out PodBudget? budget))
                continue;
            if (budget.StatusStale)
                return new(null, $"The status of PDB {title} lags behind its specification.");
            int leaving = _leaving[title];
            int atOnce = Math.Max(1, budget.ExpectedPods - budget.DesiredHealthy);
            int turns = (leaving + atOnce - 1) / atOnce;
            TimeSpan? median = _basis.UsualStart(title);
            if (turns > 1 && median is null)
                return new(null, $"The time until pods of PDB {title} are ready is unknown.");
            TimeSpan start = median ?? TimeSpan.Zero;
            TimeSpan grace = plan.Pods.Where(p => Asked(p).Contains(title)).Max(Own);
            Consider(
                ((turns - 1) * start) + grace,
                $"PDB {title} allows {leaving} pods to be evicted {atOnce} at a time: {turns} rounds. Such pods took {start.TotalSeconds:0} s to become ready "
                    + $"(median); the last can use its whole grace period, {grace.TotalSeconds:0} s."
            );
        }

        return new(longest, basis);

        void Consider(TimeSpan duration, string why)
        {
            if (duration <= longest)
                return;
            (longest, basis) = (duration, why);
        }
    }

    /// <summary>How long the pods took to become ready, the median; null without data.</summary>
    public static TimeSpan? UsualStart(IEnumerable<Pod> pods)
    {
        List<TimeSpan> starts = [.. pods.Select(StartOf).OfType<TimeSpan>().Order()];
        return starts.Count == 0 ? null : starts[starts.Count / 2];
    }

    // Why no eviction of one of the pods can succeed until something changes; null where all can.
    private string? Never(PlannedNode plan)
    {
        List<PlannedPod> asking = [.. plan.Pods.Where(p => !_basis.Surging.Contains(p.Plan.Uid))];
        if (asking.FirstOrDefault(p => p.Plan.BlockedByBudget && p.Plan.Budgets.Count > 1) is { } several)
            return $"The drain cannot finish: pod {several.Pod.Title()} has {several.Plan.Budgets.Count} PDBs.";
        PodBudget? stuck = asking
            .SelectMany(Asked)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .Select(_budgets.GetValueOrDefault)
            .OfType<PodBudget>()
            .FirstOrDefault(b => b.Outlook == BudgetOutlook.Never);
        return stuck is null ? null : $"The drain cannot finish: PDB {stuck.Namespace}/{stuck.Name}: {stuck.OutlookReason}.";
    }

    // A pod that is not ready, and that its budget does not hold, goes without taking from it.
    private static IEnumerable<string> Asked(PlannedPod pod) =>
        pod.Plan.Decision == DrainDecision.Evict && !BudgetRules.Bypasses(pod.Pod) && (pod.Plan.BlockedByBudget || pod.Pod.IsReady())
            ? pod.Plan.Budgets.Select(b => $"{b.Namespace}/{b.Name}")
            : [];

    private TimeSpan Own(PlannedPod pod) =>
        pod.Plan.Decision switch
        {
            DrainDecision.Evict when !pod.Pod.IsFinished() => TimeSpan.FromSeconds(
                Math.Min(pod.Plan.GracePeriodSeconds ?? DefaultGrace, int.MaxValue)
            ),
            DrainDecision.Wait when pod.Pod.Metadata.DeletionTimestamp is { } ends && ends > _basis.Now => ends - _basis.Now,
            _ => TimeSpan.Zero,
        };

    // The times of a restarted pod do not count.
    private static TimeSpan? StartOf(Pod pod)
    {
        DateTimeOffset? ready = pod.Status.Conditions.Find("Ready") is { Status: "True" } condition ? condition.LastTransitionTime : null;
        bool restarted = pod.Status.ContainerStatuses?.Exists(c => c.RestartCount > 0) == true;
        if (restarted || ready - pod.Metadata.CreationTimestamp is not { } took || took < TimeSpan.Zero)
            return null;
        // The API's times are whole seconds.
        return took < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : took;
    }
}

using NodeManager.Drains.Decisions;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Planning;

/// <summary>
/// Estimates the duration of a drain: the longest termination, plus the rounds that PDBs force on their pods, each as long as similar pods took
/// to become ready.
/// </summary>
internal sealed class DurationEstimator
{
    private readonly PlanBasis _basis;
    private readonly IReadOnlyDictionary<string, PodBudget> _budgets;
    private readonly Dictionary<string, int> _leaving = [];
    private readonly IReadOnlyList<WorkloadShare> _workloads;
    private readonly DurationSource _source;

    /// <param name="workloads">Those whose availability the drain keeps.</param>
    /// <param name="source">What terminations and starts take: at most, or usually.</param>
    public DurationEstimator(
        IReadOnlyList<PlannedNode> together,
        PlanBasis basis,
        IReadOnlyDictionary<string, PodBudget> budgets,
        IReadOnlyList<WorkloadShare> workloads,
        DurationSource source
    )
    {
        _workloads = workloads;
        _basis = basis;
        _budgets = budgets;
        _source = source;
        foreach (string title in together.SelectMany(n => n.Pods).SelectMany(BudgetTitlesOf))
            _leaving[title] = _leaving.GetValueOrDefault(title) + 1;
    }

    public DurationEstimate Estimate(PlannedNode plan)
    {
        if (plan.Blockers.Count > 0)
            return new(null, "The drain is blocked: see Blockers.");
        if (plan.Pods.FirstOrDefault(p => Own(p) is null) is { } unknownPod)
            return new(null, $"No pod of {TerminationHistory.TitleOf(unknownPod.Pod)} was drained in this session.");
        LongestWait longest = new();
        foreach (PlannedPod pod in plan.Pods)
        {
            TimeSpan own = Own(pod)!.Value;
            if (
                _basis.Options.WaitForJob is { } jobs
                && pod.Plan.Decision == DrainDecision.Evict
                && pod.Pod.IsOfJob()
                && !pod.Pod.IsFinished()
            )
                longest.Add(jobs + own, $"Jobs can run for {jobs.TotalSeconds:0} s more before their pods are evicted.");
            longest.Add(own, _source.DescribeTermination(own));
        }

        if (_basis.TroubleOf(plan) is { } trouble && plan.NeedsKubelet && !_basis.Options.LeavesStuckPods)
            return new(null, $"The drain cannot finish: {trouble} {KubeletRules.Remedy}", true);
        if (_basis.Options.DisableEviction)
            return longest.ToEstimate();
        if (Never(plan) is { } never)
            return new(null, never, true);
        foreach (WorkloadShare share in _workloads)
            AddRounds(plan, share, longest);
        string? unknown =
            TitlesOf(plan, isSurging: true).Select(title => AddSurge(title, longest)).FirstOrDefault(static reason => reason is not null)
            ?? TitlesOf(plan, isSurging: false)
                .Select(title => AddTurns(plan, title, longest))
                .FirstOrDefault(static reason => reason is not null);
        return unknown is null ? longest.ToEstimate() : new(null, unknown);
    }

    private IEnumerable<string> TitlesOf(PlannedNode plan, bool isSurging) =>
        plan
            .Pods.Where(p => _basis.Surging.Contains(p.Plan.Uid) == isSurging)
            .SelectMany(BudgetTitlesOf)
            .Distinct()
            .Order(StringComparer.Ordinal);

    // Returns why the duration is unknown; null if it is known.
    private string? AddSurge(string title, LongestWait longest)
    {
        if (Start(title) is not { } usual)
            return $"The restart time of the pods of PDB {title} is unknown.";
        int replicas = _budgets.TryGetValue(title, out PodBudget? held) ? Math.Max(1, held.ExpectedPods) : 1;
        string recreated =
            replicas == 1 ? $"1 pod of PDB {title} is recreated" : $"Up to {replicas} pods of PDB {title} are recreated one after another";
        longest.Add(replicas * usual + longest.Duration, $"{recreated}; such pods took {usual.TotalSeconds:0} s to become ready.");
        return null;
    }

    // Returns why the duration is unknown; null if it is known.
    private string? AddTurns(PlannedNode plan, string title, LongestWait longest)
    {
        if (!_budgets.TryGetValue(title, out PodBudget? budget))
            return null;
        if (budget.StatusStale)
            return $"The status of PDB {title} lags behind its specification.";
        int leaving = _leaving[title];
        int atOnce = Math.Max(1, budget.ExpectedPods - budget.DesiredHealthy);
        int turns = (leaving + atOnce - 1) / atOnce;
        TimeSpan? known = Start(title);
        if (turns > 1 && known is null)
            return $"The time until pods of PDB {title} are ready is unknown.";
        TimeSpan start = known ?? TimeSpan.Zero;
        List<PlannedPod> own = [.. plan.Pods.Where(p => BudgetTitlesOf(p).Contains(title))];
        TimeSpan end = Longest(own);
        longest.Add(
            ((turns - 1) * (start + Before(own, end))) + end,
            $"PDB {title} allows {leaving} pods to be evicted {atOnce} at a time: {turns} rounds. Such pods took {start.TotalSeconds:0} s to become ready "
                + $"({_source.StartName}). {_source.DescribeTermination(end)}"
        );
        return null;
    }

    // A replacement that takes longer is not awaited.
    private void AddRounds(PlannedNode plan, WorkloadShare share, LongestWait longest)
    {
        List<PlannedPod> own = [.. share.Leaving.Where(p => p.Plan.Node == plan.Name)];
        if (own.Count == 0)
            return;
        int rounds = (share.Leaving.Count + share.Limit - 1) / share.Limit;
        TimeSpan wait = _basis.Options.WorkloadWait ?? WorkloadRules.DefaultWait;
        TimeSpan start = _source.Start(share.Starts) is { } known && known < wait ? known : wait;
        TimeSpan end = Longest(own);
        longest.Add(
            ((rounds - 1) * (start + Before(own, end))) + end,
            $"{share.Title} has no PDB: {share.Leaving.Count} of its {share.Replicas} pods are evicted {share.Limit} at a time, in {rounds} rounds. "
                + $"Such pods took {start.TotalSeconds:0} s to become ready ({_source.StartName}). {_source.DescribeTermination(end)}"
        );
    }

    private TimeSpan? Start(string budget) => _source.Start(_basis.StartsOf(budget));

    private TimeSpan Longest(List<PlannedPod> pods) => pods.Count == 0 ? TimeSpan.Zero : pods.Max(p => Own(p) ?? TimeSpan.Zero);

    // A StatefulSet creates a pod again after the old one is gone, other controllers as soon as it terminates.
    private static TimeSpan Before(List<PlannedPod> pods, TimeSpan end) =>
        pods.Any(static p => p.Pod.Controller() is { Kind: "StatefulSet" }) ? end : TimeSpan.Zero;

    // Why no eviction of a pod can succeed until something changes; null if all can.
    private string? Never(PlannedNode plan)
    {
        List<PlannedPod> asking = [.. plan.Pods.Where(p => !_basis.Surging.Contains(p.Plan.Uid))];
        if (asking.FirstOrDefault(p => p.Plan.BlockedByBudget && p.Plan.Budgets.Count > 1) is { } several)
            return $"The drain cannot finish: pod {several.Pod.Key()} has {several.Plan.Budgets.Count} PDBs.";
        PodBudget? stuck = asking
            .SelectMany(BudgetTitlesOf)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .Select(_budgets.GetValueOrDefault)
            .OfType<PodBudget>()
            .FirstOrDefault(b => b.Outlook == BudgetOutlook.Never);
        return stuck is null ? null : $"The drain cannot finish: PDB {stuck.Namespace}/{stuck.Name}: {stuck.OutlookReason}.";
    }

    // An unready pod that the budget does not protect uses no allowance.
    private static IEnumerable<string> BudgetTitlesOf(PlannedPod pod) =>
        pod.Plan.Decision == DrainDecision.Evict && !BudgetRules.Bypasses(pod.Pod) && (pod.Plan.BlockedByBudget || pod.Pod.IsReady())
            ? pod.Plan.Budgets.Select(b => $"{b.Namespace}/{b.Name}")
            : [];

    // Null if unknown.
    private TimeSpan? Own(PlannedPod pod) =>
        pod.Plan.Decision switch
        {
            DrainDecision.Evict when !pod.Pod.IsFinished() => _source.Termination(pod),
            DrainDecision.Wait when pod.Pod.Metadata.DeletionTimestamp is { } ends && ends > _basis.Now => ends - _basis.Now,
            _ => TimeSpan.Zero,
        };

    // The waits run concurrently: the longest one decides.
    private sealed class LongestWait
    {
        private string _basis = "No pods to evict.";

        public TimeSpan Duration { get; private set; }

        public void Add(TimeSpan duration, string basis)
        {
            if (duration > Duration)
                (Duration, _basis) = (duration, basis);
        }

        public DurationEstimate ToEstimate() => new(Duration, _basis);
    }
}

/// <param name="Duration">An upper bound; null if unknown or endless.</param>
/// <param name="Basis">The basis of the estimate, or why there is none.</param>
/// <param name="IsNever">True if the drain would start and not finish until something changes.</param>
internal sealed record DurationEstimate(TimeSpan? Duration, string Basis, bool IsNever = false);

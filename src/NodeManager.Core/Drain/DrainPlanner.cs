using NodeManager.Core.Drain.Options;
using NodeManager.Core.Drain.Planning;
using NodeManager.Core.Drain.Rules;
using NodeManager.Core.Nodes;
using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Core.Drain;

/// <summary>Says what a drain would do. Also what <c>-WhatIf</c> shows.</summary>
public static class DrainPlanner
{
    /// <summary>
    /// What a drain of these nodes would do, all of them going at once, in the order of the names. Touches nothing. Whether a budget blocks
    /// is judged for each pod alone, as things are now, and for all pods that leave together: how many go at once, and whether the others
    /// go in turns or never.
    /// </summary>
    /// <exception cref="NodeManagerException">NodeNotFound for a name without a node; NodeReplaced; what the server refused.</exception>
    public static Task<IReadOnlyList<NodeDrainPlan>> PlanAsync(
        NodeManagerSession session, IReadOnlyList<NodeTarget> nodes, DrainOptions options, CancellationToken cancellationToken) =>
        ClusterOperation.RunAsync(session, null, (connection, token) => PlanAsync(session, connection, nodes, options.In(session), token), cancellationToken);

    private static async Task<IReadOnlyList<NodeDrainPlan>> PlanAsync(
        NodeManagerSession session, ClusterConnection connection, IReadOnlyList<NodeTarget> nodes, DrainOptions options, CancellationToken cancellationToken)
    {
        DrainSurveyor surveyor = new(connection.Client, options);
        DrainSurvey survey = await surveyor.ReadAsync(NodeTarget.Distinct(nodes), cancellationToken);
        if (survey.Nodes.FirstOrDefault(n => n.Node is null) is { Name: { } missing }) throw survey.WhyNot(missing, session.Cluster);

        DateTimeOffset now = connection.Time.GetUtcNow();
        IReadOnlyList<PlannedNode> plans = await NodePlanner.PlanAsync(surveyor, survey, options, now, cancellationToken);
        Task<IReadOnlyDictionary<string, (string Fits, string Reason)>> fits =
            new FitEstimator(connection.Client).EstimateAsync(plans, survey.Server, cancellationToken);
        HashSet<string> attached = [.. plans.SelectMany(p => p.Pods).SelectMany(p => p.Plan.Budgets).Select(b => $"{b.Namespace}/{b.Name}")];
        List<PodDisruptionBudget> budgets = [.. (survey.Budgets ?? []).Where(b => attached.Contains(BudgetRules.Title(b)))];
        BudgetInspector inspector = new(connection.Client, survey.Server, options);
        IReadOnlyDictionary<string, IReadOnlyList<Pod>> covered = await inspector.ReadPodsAsync(budgets, cancellationToken);
        IReadOnlyDictionary<string, PodBudget> described = inspector.Describe(budgets, covered, b => StaleFor(b, now), now);
        IReadOnlyDictionary<string, SurgeCandidate> surges = await SurgesAsync(connection, survey, plans, options, cancellationToken);
        IReadOnlyDictionary<string, (string Fits, string Reason)> places = await fits;
        HashSet<string> surging = [.. surges.Where(s => s.Value.Refusal is null).Select(s => s.Key)];
        BudgetShares shares = options.DisableEviction ? new(described, new HashSet<string>()) : BudgetShares.Of(plans, described, places, surging);
        return
        [
            .. plans.Select(p => Describe(
                session, p, places, shares, surges, DurationEstimator.Estimate(p, plans, shares.Budgets, covered, surging, options, now), options, now)),
        ];
    }

    // By UID, those pods that a budget never lets go.
    internal static async Task<IReadOnlyDictionary<string, SurgeCandidate>> SurgesAsync(
        ClusterConnection connection, DrainSurvey survey, IReadOnlyList<PlannedNode> plans, DrainOptions options, CancellationToken cancellationToken)
    {
        if (!options.Surge || options.DisableEviction || survey.Budgets is not { } budgets) return new Dictionary<string, SurgeCandidate>();
        SurgeInspector inspector = new(connection.Client, survey.Server.Minor);
        List<Pod> stuck =
        [
            .. plans.SelectMany(p => p.Pods).Where(p => p.Plan.Decision == DrainDecision.Evict).Select(p => p.Pod)
                .Where(p => inspector.IsStuck(p, [.. budgets.Where(b => BudgetRules.Covers(b, p, survey.Server.BudgetVersion))])),
        ];
        (string Uid, SurgeCandidate Candidate)[] judged = await Task.WhenAll(stuck.Select(async p => (p.Uid(), await inspector.JudgeAsync(p, cancellationToken))));
        return judged.ToDictionary(j => j.Uid, j => j.Candidate);
    }

    // A budget's first specification is as old as the budget; of later ones their age is not told, and a moment ago is the safe guess.
    internal static TimeSpan? StaleFor(PodDisruptionBudget budget, DateTimeOffset now) =>
        !BudgetRules.IsStale(budget) ? null : budget.Metadata.Generation <= 1 ? now - budget.Metadata.CreationTimestamp : TimeSpan.Zero;

    private static NodeDrainPlan Describe(
        NodeManagerSession session, PlannedNode plan, IReadOnlyDictionary<string, (string Fits, string Reason)> fits,
        BudgetShares shares, IReadOnlyDictionary<string, SurgeCandidate> surges, DurationEstimate estimate, DrainOptions options, DateTimeOffset now)
    {
        ItemList<NodeDrainPlanPod> pods = new([.. plan.Pods.Select(p =>
        {
            (string Fits, string Reason) fit = fits.GetValueOrDefault(p.Plan.Uid, (p.Plan.FitsElsewhere, p.Plan.FitReason));
            return p.Plan.With(fit.Fits, fit.Reason, shares.Budgets, shares.Waiting.Contains(p.Plan.Uid), surges.GetValueOrDefault(p.Plan.Uid), p.Refusal);
        })]);
        IEnumerable<string> refusals = plan.Pods
            .Select(p => (p.Pod, Why: PlanPodExtensions.LastingRefusal(surges.GetValueOrDefault(p.Plan.Uid), p.Refusal)))
            .Where(p => p.Why is not null).Select(p => $"Pod {p.Pod.Title()}: {p.Why}");
        return new()
        {
            Session = session,
            Cluster = session.Cluster,
            Node = plan.Name,
            NodeUid = plan.Node?.Metadata.Uid ?? "",
            Status = plan.Blockers.Count > 0 ? NodeDrainPlanStatus.Refused : estimate.IsNever ? NodeDrainPlanStatus.WillNotFinish : NodeDrainPlanStatus.Drainable,
            Options = options.ToPlan(),
            Unselected = plan.Unselected,
            Pods = pods,
            Blockers = new([.. plan.Blockers.Select(b => b.Kind == "Pod" ? $"Pod {b.Name}: {b.Message}" : b.Message)]),
            Warnings = new([.. plan.Warnings, .. refusals]),
            EstimatedDuration = estimate.Duration,
            EstimateBasis = estimate.Basis,
            ObservedAt = now,
        };
    }
}

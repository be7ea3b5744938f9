using NodeManager.Core.Nodes;
using NodeManager.Core.Nodes.Reading;
using NodeManager.Core.Operations;
using NodeManager.Drains.Options;
using NodeManager.Drains.Planning;
using NodeManager.Scheduling;

namespace NodeManager.Drains;

public static class DrainPlanner
{
    /// <summary>
    /// Plans the drain of these nodes together, ordered by name. Changes nothing. Budgets are judged for each pod alone and for all pods of
    /// the plan together: how many can be evicted concurrently, in turns, or never.
    /// </summary>
    /// <param name="usesCaches">
    /// False to list the cluster although the session has caches of it, which may lack the latest changes. If true, only a plan of many nodes
    /// takes them and their pods from caches.
    /// </param>
    /// <exception cref="NodeManagerException">NodeNotFound; NodeReplaced; or the server's refusal.</exception>
    public static Task<IReadOnlyList<NodeDrainPlan>> PlanAsync(
        NodeManagerSession session,
        IReadOnlyList<NodeTarget> nodes,
        DrainOptions options,
        CancellationToken cancellationToken,
        bool usesCaches = true
    ) =>
        ClusterOperation.RunAsync(
            session,
            null,
            async (connection, token) =>
            {
                PlanBasis basis = await PlanBasis.ReadAsync(connection, NodeTarget.Distinct(nodes), options.In(session), token, usesCaches);
                if (basis.Survey.Nodes.FirstOrDefault(n => n.Node is null) is { Name: { } missing })
                    throw basis.Survey.MissingNodeError(missing, session.Cluster);
                return Plan(session, basis, basis.Nodes);
            },
            cancellationToken
        );

    /// <summary>Plans the drain of each node alone, one after another, with all other nodes in service. Changes nothing.</summary>
    /// <exception cref="NodeManagerException">As <see cref="PlanAsync"/>.</exception>
    public static Task<IReadOnlyList<NodeDrainPlan>> PlanEachAsync(
        NodeManagerSession session,
        IReadOnlyList<NodeTarget> nodes,
        DrainOptions options,
        CancellationToken cancellationToken
    ) =>
        ClusterOperation.RunAsync<IReadOnlyList<NodeDrainPlan>>(
            session,
            null,
            async (connection, token) =>
            {
                PlanBasis basis = await PlanBasis.ReadAsync(connection, NodeTarget.Distinct(nodes), options.In(session), token);
                if (basis.Survey.Nodes.FirstOrDefault(n => n.Node is null) is { Name: { } missing })
                    throw basis.Survey.MissingNodeError(missing, session.Cluster);
                return [.. basis.Nodes.SelectMany(one => Plan(session, basis, [one]))];
            },
            cancellationToken
        );

    public static IReadOnlyList<NodeDrainPlan> Plan(NodeManagerSession session, PlanBasis basis, IReadOnlyList<PlannedNode> together)
    {
        IReadOnlyDictionary<string, (string Fits, string Reason)> places = FitEstimator.Estimate(together, basis);
        BudgetShares shares = basis.Options.DisableEviction
            ? new(basis.Budgets, new HashSet<string>())
            : BudgetShares.Of(together, basis.Budgets, places, basis.Surging);
        IReadOnlyList<WorkloadShare> workloads = basis.Options.DisableEviction ? [] : WorkloadShare.Of(together, basis);
        bool isLimited = basis.Options.Over(together.Count).LimitsWorkloads;
        DurationEstimator At(DurationSource source) => new(together, basis, shares.Budgets, isLimited ? workloads : [], source);
        DurationEstimator most = At(DurationSource.Maximum);
        DurationEstimator usual = At(DurationSource.Usual(basis.History));
        return
        [
            .. together.Select(p =>
                Describe(session, p, places, shares, most.Estimate(p), usual.Estimate(p), basis, isLimited ? [] : workloads)
            ),
        ];
    }

    private static NodeDrainPlan Describe(
        NodeManagerSession session,
        PlannedNode plan,
        IReadOnlyDictionary<string, (string Fits, string Reason)> fits,
        BudgetShares shares,
        DurationEstimate estimate,
        DurationEstimate expected,
        PlanBasis basis,
        IReadOnlyList<WorkloadShare> unlimited
    )
    {
        ItemList<NodeDrainPlanPod> pods = new([
            .. plan.Pods.Select(p =>
            {
                (string Fits, string Reason) fit = fits.GetValueOrDefault(p.Plan.Uid, (p.Plan.FitsElsewhere, p.Plan.FitReason));
                return p.Plan.With(
                    fit.Fits,
                    fit.Reason,
                    shares.Budgets,
                    shares.Waiting.Contains(p.Plan.Uid),
                    basis.Surges.GetValueOrDefault(p.Plan.Uid),
                    p.Refusal
                );
            }),
        ]);
        IEnumerable<string> refusals = plan
            .Pods.Select(p => (p.Pod, Why: PlanPodExtensions.LastingRefusal(basis.Surges.GetValueOrDefault(p.Plan.Uid), p.Refusal)))
            .Where(p => p.Why is not null)
            .Select(p => $"Pod {p.Pod.Key()}: {p.Why}");
        IEnumerable<string> outages = unlimited
            .Select(w => (Workload: w, Count: w.Leaving.Count(p => p.Plan.Node == plan.Name)))
            .Where(static w => w.Count > w.Workload.Limit)
            .Select(static w => $"No PDB covers {w.Workload.Title}: {w.Count} of its {w.Workload.Replicas} pods are evicted concurrently.");
        return new()
        {
            Session = session,
            Cluster = session.Cluster,
            Node = plan.Name,
            NodeUid = plan.Node?.Metadata.Uid ?? "",
            IsControlPlane = plan.IsControlPlane,
            NodeStatus = plan.Node is null ? "" : NodeMapper.StatusOf(plan.Node),
            NodeCondition = basis.TroubleOf(plan) ?? "",
            Consequences = new([.. ConsequenceRules.Of(plan, pods, plan.NeedsKubelet ? basis.TroubleOf(plan) : null)]),
            Status =
                plan.Blockers.Count > 0 ? NodeDrainPlanStatus.Refused
                : estimate.IsNever ? NodeDrainPlanStatus.WillNotFinish
                : NodeDrainPlanStatus.Drainable,
            Options = basis.Options.ToPlan(),
            Unselected = plan.Unselected,
            Pods = pods,
            Blockers = new([.. plan.Blockers.Select(b => b.Kind == "Pod" ? $"Pod {b.Name}: {b.Message}" : b.Message)]),
            NodeBlockers = new([.. plan.Blockers.Where(static b => b.Kind != "Pod").Select(static b => b.Message)]),
            Warnings = new([.. plan.Warnings, .. refusals, .. outages]),
            EstimatedDuration = estimate.Duration,
            EstimateBasis = estimate.Basis,
            ExpectedDuration = expected.Duration,
            ExpectedBasis = expected.Basis,
            ObservedAt = basis.Now,
        };
    }
}

using System.Net;
using NodeManager.Core.Drain;
using NodeManager.Core.Drain.Options;
using NodeManager.Core.Drain.Planning;
using NodeManager.Core.Maintenance.Rules;
using NodeManager.Core.Nodes;
using NodeManager.Core.Placement;
using NodeManager.Core.Sessions;
using NodeManager.Kubernetes.Errors;
using NodeManager.Kubernetes.Models;
using NodeManager.Scheduling;

namespace NodeManager.Core.Maintenance.Planning;

/// <summary>What batches and forecasts go by: what leaves the nodes, the PodDisruptionBudgets, and where the pods fit.</summary>
/// <param name="Nodes">By name, with what is to be done with their pods.</param>
/// <param name="Budgets">By <c>namespace/name</c>, with their outlook; none where they are not asked, or overridden.</param>
/// <param name="Room">Where the pods fit.</param>
/// <param name="Surging">UIDs of pods whose Deployment is restarted, so that they go without asking their budget.</param>
internal sealed record FleetSurvey(
    IReadOnlyDictionary<string, PlannedNode> Nodes, IReadOnlyDictionary<string, PodBudget> Budgets, FleetRoom Room, IReadOnlySet<string> Surging)
{
    /// <summary>Reads the cluster once for all of these nodes. Null where pods or nodes may not be listed.</summary>
    /// <param name="session">Where.</param>
    /// <param name="connection">Of the session.</param>
    /// <param name="names">Of nodes; those that are gone are left out.</param>
    /// <param name="drain">How they are drained.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<FleetSurvey?> ReadAsync(
        NodeManagerSession session, ClusterConnection connection, IReadOnlyList<string> names, DrainOptions drain, CancellationToken cancellationToken)
    {
        DrainOptions options = drain.In(session);
        DateTimeOffset now = connection.Time.GetUtcNow();
        DrainSurveyor surveyor = new(connection.Client, options);
        DrainSurvey survey = await surveyor.ReadAsync([.. names.Select(n => new NodeTarget(n))], cancellationToken);
        IReadOnlyList<PlannedNode> plans = await NodePlanner.PlanAsync(surveyor, survey, options, now, cancellationToken);
        List<PlannedPod> moving = [.. plans.SelectMany(p => p.Pods).Where(p => p.Plan.Decision == DrainDecision.Evict)];
        ClusterSnapshot snapshot;
        try
        {
            snapshot = (await new SnapshotReader(connection.Client, static _ => { }).ReadAsync(survey.Server.Minor, cancellationToken)).Snapshot;
        }
        catch (KubernetesException refused) when (refused.Code == HttpStatusCode.Forbidden)
        {
            return null;
        }

        bool asksBudgets = options is { DisableEviction: false, OverrideBudgetAfter: null };
        HashSet<string> attached = asksBudgets ? [.. moving.SelectMany(p => p.Plan.Budgets).Select(TitleOf)] : [];
        List<PodDisruptionBudget> budgets = [.. (survey.Budgets ?? []).Where(b => attached.Contains(BudgetRules.Title(b)))];
        BudgetInspector inspector = new(connection.Client, survey.Server, options);
        IReadOnlyDictionary<string, PodBudget> described = inspector.Describe(
            budgets, await inspector.ReadPodsAsync(budgets, cancellationToken), b => DrainPlanner.StaleFor(b, now), now);
        IReadOnlyDictionary<string, SurgeCandidate> surges = await DrainPlanner.SurgesAsync(connection, survey, plans, options, cancellationToken);
        Dictionary<string, LeavingBudget> shared = described.ToDictionary(b => b.Key, b => new LeavingBudget(b.Key, Math.Max(0, BudgetShare.Room(b.Value))));
        Dictionary<string, IReadOnlyList<LeavingPod>> leaving = plans.ToDictionary(
            p => p.Name,
            IReadOnlyList<LeavingPod> (p) => [.. p.Pods.Where(MovesOn).Select(pod => new LeavingPod(pod.Pod, [.. pod.Plan.Budgets.Select(TitleOf).Where(shared.ContainsKey).Select(b => shared[b])]))]);
        return new(plans.ToDictionary(p => p.Name), described, new(snapshot, leaving), surges.Where(s => s.Value.Refusal is null).Select(s => s.Key).ToHashSet());
    }

    // What has ended and what no controller owns is not recreated.
    private static bool MovesOn(PlannedPod pod) => pod.Plan is { Decision: DrainDecision.Evict, Rule: not "Finished", Owner.Length: > 0 };

    private static string TitleOf(PodBudget budget) => $"{budget.Namespace}/{budget.Name}";
}

using NodeManager.Core.Configuration;
using NodeManager.Drains.Decisions;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Planning;

/// <summary>The ready pods of a plan that belong to one workload without a PDB.</summary>
/// <param name="Title"><c>Kind namespace/name</c>; a Deployment's ReplicaSet has the name of the Deployment.</param>
/// <param name="Leaving">On all planned nodes.</param>
/// <param name="Pods">Those of the workload in the cluster.</param>
/// <param name="Limit">How many may be unavailable if the plan's nodes are several.</param>
internal sealed record WorkloadShare(string Title, IReadOnlyList<PlannedPod> Leaving, IReadOnlyList<Pod> Pods, int Limit)
{
    /// <summary>Only workloads of which more pods leave than may be unavailable.</summary>
    public static IReadOnlyList<WorkloadShare> Of(IReadOnlyList<PlannedNode> together, PlanBasis basis) =>
        [
            .. together
                .Where(p => basis.TroubleOf(p) is null)
                .SelectMany(static p => p.Pods)
                .Where(static p => IsLimited(p))
                .GroupBy(static p => WorkloadRules.KeyOf(p.Pod)!)
                .Where(pods => basis.Workloads.ContainsKey(pods.Key))
                .Select(pods => Of(pods.Key, [.. pods], basis))
                .Where(static share => share.Leaving.Count > share.Limit)
                .OrderBy(static share => share.Title, StringComparer.Ordinal),
        ];

    public int Replicas => Pods.Count;

    /// <summary>How long they took to become ready, see <see cref="DurationSource.StartsOf"/>.</summary>
    public IReadOnlyList<TimeSpan> Starts { get; } = DurationSource.StartsOf(Pods);

    /// <summary>True if a run over several nodes limits the eviction of the pod.</summary>
    public static bool IsLimited(PlannedPod pod) =>
        pod is { Plan: { Decision: DrainDecision.Evict, Budgets.Count: 0 }, Pod: { } one }
        && one.IsReady()
        && !one.IsFinished()
        && WorkloadRules.KeyOf(one) is not null;

    private static WorkloadShare Of(string title, IReadOnlyList<PlannedPod> leaving, PlanBasis basis)
    {
        IReadOnlyList<Pod> pods = basis.Workloads[title];
        string? allowed = UnavailablePods.IsOff(basis.Options.WorkloadMaxUnavailable) ? null : basis.Options.WorkloadMaxUnavailable;
        return new(
            title,
            leaving,
            pods,
            WorkloadRules.Limit(allowed, pods.Count, basis.MaxUnavailable.TryGetValue(title, out IntOrString own) ? own : null)
        );
    }
}

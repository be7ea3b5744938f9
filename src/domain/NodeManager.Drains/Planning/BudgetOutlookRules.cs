using System.Globalization;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Planning;

/// <summary>
/// Distinguishes a slow PDB (it allows an eviction when work in progress ends) from one that blocks permanently. Source: the disruption
/// controller, which counts desired, ready and evicted pods.
/// </summary>
internal static class BudgetOutlookRules
{
    private const int PolicyMinor = 26;

    /// <param name="covered">All pods that it covers; null if they cannot be read.</param>
    /// <param name="staleFor">How long its status has lagged; null if it is current.</param>
    /// <param name="proposesSurge">True if <c>-Surge</c> is not in use and may help.</param>
    /// <param name="down">Nodes whose kubelet cannot start or end pods; null if unknown.</param>
    /// <param name="disruptedFor">
    /// How long its status has listed the eviction of a pod; null uses the times in the status, with a tolerance for clock differences.
    /// </param>
    public static BudgetVerdict Judge(
        PodDisruptionBudget budget,
        IReadOnlyList<Pod>? covered,
        TimeSpan? staleFor,
        int minorVersion,
        DateTimeOffset now,
        bool proposesSurge,
        Func<string, TimeSpan>? disruptedFor = null,
        IReadOnlySet<string>? down = null
    )
    {
        if (budget.Status.Conditions?.Find(c => c is { Type: "DisruptionAllowed", Reason: "SyncFailed" }) is { } failed)
            return Never(
                $"the disruption controller cannot count its pods (SyncFailed): {failed.Message}",
                "Fix the cause that its status names, or select only pods of Deployments, ReplicaSets and StatefulSets."
            );
        disruptedFor ??= pod => now - budget.Status.DisruptedPods![pod] - DisruptionControllerRules.DeletionTimeout;
        if (DisruptionControllerRules.Fault(budget, covered, staleFor, disruptedFor) is { } fault)
        {
            return BudgetRules.IsStale(budget) || budget.Status.DisruptionsAllowed == 0
                ? new(BudgetOutlook.Never, $"the disruption controller does not respond: {fault}", DisruptionControllerRules.Remedy, fault)
                : new(BudgetOutlook.Now, "", "", fault);
        }

        if (BudgetRules.IsStale(budget))
            return new(BudgetOutlook.Slow, "its status lags behind its specification", "");
        return budget.Status.DisruptionsAllowed > 0
            ? new(BudgetOutlook.Now, "", "")
            : JudgeCounts(budget, covered, minorVersion, now, proposesSurge, down);
    }

    private static BudgetVerdict JudgeCounts(
        PodDisruptionBudget budget,
        IReadOnlyList<Pod>? covered,
        int minorVersion,
        DateTimeOffset now,
        bool proposesSurge,
        IReadOnlySet<string>? down
    )
    {
        PodDisruptionBudgetStatus status = budget.Status;
        if (status.ExpectedPods == 0)
            return new(BudgetOutlook.Slow, "it selects no pods yet", "");
        int expected = Expected(budget, covered);
        if (status.DesiredHealthy >= expected)
            return Never(
                $"{status.DesiredHealthy} of {expected} pods must be healthy, so no eviction can succeed until the PDB or the replica count changes",
                Room(budget, expected) + (proposesSurge ? Surge(covered) : "")
            );

        int missing = status.DesiredHealthy + 1 - status.CurrentHealthy;
        if (missing <= 0)
            return new(BudgetOutlook.Slow, "earlier evictions are still in progress", "");
        string wanted = missing == 1 ? "1 more pod must become ready" : $"{missing} more pods must become ready";
        if (covered is null)
            return new(BudgetOutlook.Slow, wanted, "");

        List<(Pod Pod, UnhealthyPod Health)> unhealthy =
        [
            .. covered.Select(p => (p, PodHealth.Examine(p, now, down)!)).Where(p => p.Item2 is not null),
        ];
        List<UnhealthyPod> stuck = [.. unhealthy.Select(p => p.Health).Where(p => !p.Progressing)];
        int coming = Coming(covered, unhealthy, expected);
        if (coming >= missing || stuck.Count == 0)
            return new(BudgetOutlook.Slow, wanted, "");
        string policy =
            minorVersion >= PolicyMinor && budget.Spec.UnhealthyPodEvictionPolicy != "AlwaysAllow"
                ? ", or set unhealthyPodEvictionPolicy: AlwaysAllow to evict pods that are not ready"
                : "";
        return Never(
            $"{wanted}, and {(coming == 0 ? "none is" : $"only {coming} are")} starting",
            $"Fix {string.Join(", ", stuck.Take(3).Select(p => p.Name))}{(stuck.Count > 3 ? ", …" : "")}, or {(budget.Spec.MinAvailable is null ? "raise maxUnavailable" : "lower minAvailable")} of the PDB{policy}."
        );
    }

    // Starting pods and pods still to be created. A terminating pod makes room for one and does not count itself. A StatefulSet creates
    // none before the previous pod of the name has terminated.
    private static int Coming(IReadOnlyList<Pod> covered, List<(Pod Pod, UnhealthyPod Health)> unhealthy, int expected)
    {
        int live = covered.Count(p => !p.IsTerminating() && !p.IsFinished());
        int starting = unhealthy.Count(p => p.Health.Progressing && !p.Pod.IsTerminating());
        int ending = unhealthy.Count(p => p.Health.Progressing && p.Pod.IsTerminating());
        int held = unhealthy.Count(p => !p.Health.Progressing && p.Pod.IsTerminating() && p.Pod.Controller()?.Kind == "StatefulSet");
        return starting + Math.Max(ending, Math.Max(0, expected - live - held));
    }

    // With an absolute number the controller counts existing pods, including terminating ones, as desired.
    private static int Expected(PodDisruptionBudget budget, IReadOnlyList<Pod>? covered) =>
        covered is not null && budget.Spec.MinAvailable is { IsPercent: false }
            ? Math.Min(budget.Status.ExpectedPods, covered.Count(p => !p.IsTerminating() && !p.IsFinished()))
            : budget.Status.ExpectedPods;

    // The Deployment, which is not read here, decides whether a surge is allowed.
    private static string Surge(IReadOnlyList<Pod>? covered) =>
        covered?.Any(p => p.Controller()?.Kind == "ReplicaSet") == true
            ? " Or drain with surge, if the Deployment's maxSurge is 1 or more and its maxUnavailable resolves to 0."
            : "";

    private static string Room(PodDisruptionBudget budget, int expected)
    {
        if (budget.Spec.MinAvailable is not { } least)
            return "Raise maxUnavailable to 1 or more.";
        string lower = string.Create(CultureInfo.InvariantCulture, $"lower minAvailable to {Math.Max(0, expected - 1)}");
        if (!least.IsPercent)
            return $"Scale its workload to {budget.Status.DesiredHealthy + 1} replicas or more, or {lower}.";
        decimal share = decimal.Parse(least.Text.AsSpan(0, least.Text.Length - 1), CultureInfo.InvariantCulture);
        // Percentages are rounded up to the number of pods that allows one disruption.
        return share >= 100
            ? $"A minAvailable of 100% allows no disruptions: {lower}."
            : $"Scale its workload to {Math.Ceiling(100 / (100 - share)):0} replicas or more, or {lower}.";
    }

    private static BudgetVerdict Never(string reason, string remedy) => new(BudgetOutlook.Never, reason, remedy);
}

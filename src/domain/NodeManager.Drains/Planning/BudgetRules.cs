using NodeManager.Kubernetes.Selectors;
using NodeManager.Scheduling;

namespace NodeManager.Drains.Planning;

/// <summary>
/// The eviction subresource's treatment of budgets. Source: the API server's pods/eviction, and the policy API of each version.
/// </summary>
public static class BudgetRules
{
    /// <summary>True if the budget covers the pod. An empty selector covers the whole namespace in v1 and nothing in v1beta1.</summary>
    public static bool Covers(PodDisruptionBudget budget, Pod pod, string version)
    {
        if (budget.Metadata.Namespace != pod.Metadata.Namespace || budget.Spec.Selector is not { } selector)
            return false;
        bool isEmpty = selector is { MatchLabels: null or { Count: 0 }, MatchExpressions: null or { Count: 0 } };
        return isEmpty ? version != "v1beta1" : selector.Matches(pod.Metadata.Labels);
    }

    /// <summary>
    /// True while the status is of an older generation: the server then refuses, and the allowed disruptions do not count.
    /// </summary>
    public static bool IsStale(PodDisruptionBudget budget) => (budget.Status.ObservedGeneration ?? 0) < (budget.Metadata.Generation ?? 0);

    /// <summary>True if the server removes the pod without checking its budgets.</summary>
    public static bool Bypasses(Pod pod) => pod.IsFinished() || pod.IsTerminating() || pod.Status.Phase == "Pending";

    /// <summary>True if the eviction needs and uses an allowed disruption of its one budget.</summary>
    public static bool UsesAllowance(Pod pod, PodDisruptionBudget budget, int minorVersion)
    {
        if (Bypasses(pod))
            return false;
        if (pod.IsReady())
            return true;
        if (minorVersion >= 26 && budget.Spec.UnhealthyPodEvictionPolicy == "AlwaysAllow")
            return false;
        return budget.Status.CurrentHealthy < budget.Status.DesiredHealthy || budget.Status.DesiredHealthy <= 0;
    }

    /// <summary>Why an eviction of this pod alone would be refused now; null if it would be allowed.</summary>
    /// <param name="minorVersion">Of the server: unhealthyPodEvictionPolicy counts from 1.26 on.</param>
    public static BudgetRefusal? Refusal(Pod pod, IReadOnlyList<PodDisruptionBudget> budgets, int minorVersion)
    {
        if (budgets.Count == 0 || Bypasses(pod))
            return null;
        if (budgets.Count > 1)
            return new(SeveralBudgets.OfPod([.. budgets.Select(Title)]), true);

        PodDisruptionBudget budget = budgets[0];
        PodDisruptionBudgetStatus status = budget.Status;
        if (!UsesAllowance(pod, budget, minorVersion))
            return null;
        if (IsStale(budget))
            return new(
                $"The status of PDB {Title(budget)} lags behind its specification; the API server refuses evictions until it is up to date.",
                true
            );
        if (status.DisruptionsAllowed > 0)
            return null;
        return status.ExpectedPods > 0 && status.DesiredHealthy >= status.ExpectedPods
            ? new(
                $"PDB {Title(budget)} requires {status.DesiredHealthy} of {status.ExpectedPods} pods to be healthy: no eviction can succeed until the PDB or the replica count changes.",
                true
            )
            : new($"PDB {Title(budget)} allows 0 disruptions: {status.CurrentHealthy} healthy, {status.DesiredHealthy} required.", false);
    }

    public static string Title(PodDisruptionBudget budget) => $"{budget.Metadata.Namespace}/{budget.Metadata.Name}";

    public static PodBudget Describe(
        PodDisruptionBudget budget,
        BudgetVerdict? verdict = null,
        IReadOnlyList<UnhealthyPod>? unhealthy = null
    ) =>
        new()
        {
            Namespace = budget.Metadata.Namespace ?? "",
            Name = budget.Metadata.Name,
            MinAvailable = budget.Spec.MinAvailable?.Text ?? "",
            MaxUnavailable = budget.Spec.MaxUnavailable?.Text ?? "",
            Selector = Describe(budget.Spec.Selector),
            DisruptionsAllowed = budget.Status.DisruptionsAllowed,
            CurrentHealthy = budget.Status.CurrentHealthy,
            DesiredHealthy = budget.Status.DesiredHealthy,
            ExpectedPods = budget.Status.ExpectedPods,
            UnhealthyPodEvictionPolicy = budget.Spec.UnhealthyPodEvictionPolicy ?? "",
            StatusStale = IsStale(budget),
            Outlook = verdict?.Outlook ?? "",
            OutlookReason = verdict?.Reason ?? "",
            Remedy = verdict?.Remedy ?? "",
            ControllerFault = verdict?.ControllerFault ?? "",
            UnhealthyPods = new([.. unhealthy ?? []]),
        };

    // As kubectl prints selectors.
    private static string Describe(LabelSelector? selector)
    {
        IEnumerable<string> labels = (selector?.MatchLabels ?? [])
            .OrderBy(l => l.Key, StringComparer.Ordinal)
            .Select(l => $"{l.Key}={l.Value}");
        IEnumerable<string> expressions = (selector?.MatchExpressions ?? []).Select(e =>
            e.Operator switch
            {
                "Exists" => e.Key,
                "DoesNotExist" => "!" + e.Key,
                _ => $"{e.Key} {e.Operator.ToLowerInvariant()} ({string.Join(",", e.Values ?? [])})",
            }
        );
        return string.Join(",", labels.Concat(expressions));
    }
}

using NodeManager.Kubernetes.Models;
using NodeManager.Kubernetes.Selectors;

namespace NodeManager.Sandbox.Api.Registry;

internal static class BudgetMatching
{
    /// <summary>Pending, completed and terminating pods are evicted without a PDB check.</summary>
    public static bool NeedsNoBudget(StoredObject pod) =>
        pod.IsDeleting || pod.Field("status.phase") is "Pending" or "Succeeded" or "Failed";

    /// <summary>An empty selector matches all pods in policy/v1, none in v1beta1.</summary>
    public static bool Covers(StoredObject budget, StoredObject pod, int minor)
    {
        LabelSelector? selector = budget.As<PodDisruptionBudget>().Spec.Selector;
        if (selector is null || budget.Namespace != pod.Namespace)
            return false;
        bool isEmpty = selector.MatchLabels is null or { Count: 0 } && selector.MatchExpressions is null or { Count: 0 };
        return isEmpty ? minor >= 21 : selector.Matches(pod.Labels);
    }

    public static bool IsReady(StoredObject pod) => pod.ToJson().Object("status").HasCondition("Ready");
}

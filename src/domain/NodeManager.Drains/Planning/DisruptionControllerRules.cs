namespace NodeManager.Drains.Planning;

/// <summary>
/// Signs that the disruption controller (part of kube-controller-manager) does not work on a PDB. Source: the controller observes a
/// specification within seconds, and removes from <c>disruptedPods</c> deleted pods, and all others after two minutes.
/// </summary>
internal static class DisruptionControllerRules
{
    /// <summary>An action that the controller completes in seconds is overdue after this time.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>How long the controller keeps an evicted pod that does not terminate.</summary>
    public static readonly TimeSpan DeletionTimeout = TimeSpan.FromMinutes(2);

    public const string Remedy =
        "Check that kube-controller-manager runs and renews its Lease: kubectl get lease -n kube-system kube-controller-manager.";

    /// <summary>The overdue action of the controller; null without one.</summary>
    /// <param name="covered">All pods that it covers; null if they cannot be read.</param>
    /// <param name="staleFor">How long its status has lagged; null if it is current.</param>
    /// <param name="disruptedFor">How long a pod has been in <c>disruptedPods</c>, by its name.</param>
    public static string? Fault(
        PodDisruptionBudget budget,
        IReadOnlyList<Pod>? covered,
        TimeSpan? staleFor,
        Func<string, TimeSpan> disruptedFor
    )
    {
        if (staleFor >= Limit)
            return $"its status has lagged behind its specification for {staleFor.Value.TotalSeconds:0} s";
        foreach (string pod in (budget.Status.DisruptedPods ?? []).Keys.Order(StringComparer.Ordinal))
        {
            bool isGone = covered?.All(p => p.Metadata.Name != pod) == true;
            if (disruptedFor(pod) > (isGone ? Limit : DeletionTimeout + Limit))
                return $"its status still counts the eviction of pod {pod}, {(isGone ? "which no longer exists" : "accepted long ago")}";
        }

        return null;
    }
}

namespace NodeManager;

/// <summary>A PodDisruptionBudget that covers a pod, with what it allows at this moment.</summary>
public sealed class PodBudget
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>As written in the PDB: a count or a percentage; empty when it sets maxUnavailable.</summary>
    public string MinAvailable { get; init; } = "";

    /// <summary>As written in the PDB: a count or a percentage; empty when it sets minAvailable.</summary>
    public string MaxUnavailable { get; init; } = "";

    public string Selector { get; init; } = "";

    /// <summary>How many pods may be evicted now (<c>status.disruptionsAllowed</c>).</summary>
    public int DisruptionsAllowed { get; init; }

    public int CurrentHealthy { get; init; }

    public int DesiredHealthy { get; init; }

    public int ExpectedPods { get; init; }

    /// <summary><c>IfHealthyBudget</c> (the server's default) or <c>AlwaysAllow</c>; from Kubernetes 1.26.</summary>
    public string UnhealthyPodEvictionPolicy { get; init; } = "";

    /// <summary>True while the status lags behind the specification, and must not be believed.</summary>
    public bool StatusStale { get; init; }

    /// <summary>In a plan, the pods that it covers and that have to go, from all nodes of the plan; else 0.</summary>
    public int Leaving { get; init; }

    /// <summary>See <see cref="BudgetOutlook"/>: whether it allows an eviction now, later, or never. In a plan, for all pods to evict.</summary>
    public string Outlook { get; init; } = "";

    /// <summary>Why, in words; empty when nothing has to wait.</summary>
    public string OutlookReason { get; init; } = "";

    /// <summary>The pods that it covers and does not count as healthy; also empty without permission to read pods.</summary>
    public ItemList<UnhealthyPod> UnhealthyPods { get; init; } = ItemList<UnhealthyPod>.Empty;

    /// <summary>The remedy; empty if no action is needed.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>The missing update of the disruption controller (kube-controller-manager); empty while the controller works.</summary>
    public string ControllerFault { get; init; } = "";

    /// <summary>Its requirement and state: <c>minAvailable 2, 2/3 healthy, 0 disruptions allowed, 1 not ready: web-7d9f (CrashLoopBackOff)</c>.</summary>
    public string Summary
    {
        get
        {
            string wants = MinAvailable.Length > 0 ? $"minAvailable {MinAvailable}" : $"maxUnavailable {MaxUnavailable}";
            string unhealthy =
                UnhealthyPods.Count == 0
                    ? ""
                    : $", {UnhealthyPods.Count} not ready: {string.Join(", ", UnhealthyPods.Take(3))}{(UnhealthyPods.Count > 3 ? ", …" : "")}";
            return $"{wants}, {CurrentHealthy}/{ExpectedPods} healthy, {DisruptionsAllowed} {(DisruptionsAllowed == 1 ? "disruption" : "disruptions")} allowed{unhealthy}";
        }
    }

    /// <summary>For example <c>default/web: minAvailable 2, 2/3 healthy, 0 disruptions allowed</c>.</summary>
    public override string ToString() => $"{Namespace}/{Name}: {Summary}";
}

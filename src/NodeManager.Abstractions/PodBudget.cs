namespace NodeManager;

/// <summary>A PodDisruptionBudget that covers a pod, with what it allows at this moment.</summary>
public sealed class PodBudget
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>As written in the budget: a count or a percentage; empty when it sets maxUnavailable.</summary>
    public string MinAvailable { get; init; } = "";

    /// <summary>As written in the budget: a count or a percentage; empty when it sets minAvailable.</summary>
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

    /// <summary>For example <c>default/web: minAvailable 2, healthy 2 of 3, allows 0</c>.</summary>
    public override string ToString()
    {
        string wants = MinAvailable.Length > 0 ? $"minAvailable {MinAvailable}" : $"maxUnavailable {MaxUnavailable}";
        return $"{Namespace}/{Name}: {wants}, healthy {CurrentHealthy} of {ExpectedPods}, allows {DisruptionsAllowed}";
    }
}
